internal import BitCore

// The kernels' passes over buffers, as functions of tensors: what the layers call.

extension Kernels {
    /// scale·x + bias per channel.
    func affine(_ x: Tensor, scale: [Float], bias: [Float], parallel: Parallel) -> Tensor {
        var y = Tensor(uninitialized: x.shape)
        x.withUnsafeElements { values in
            y.withUnsafeMutableElements { y in
                scale.withUnsafeBufferPointer { scale in
                    bias.withUnsafeBufferPointer { bias in
                        affine(values, rows: x.shape.rows, channels: x.shape.columns, a: scale, b: bias, into: y, parallel: parallel)
                    }
                }
            }
        }
        return y
    }

    /// The signs of scale·x + bias per channel.
    func affineSigns(_ x: Tensor, scale: [Float], bias: [Float], parallel: Parallel) -> PackedTensor {
        var signs = PackedTensor(minusOnes: x.shape)
        x.withUnsafeElements { values in
            scale.withUnsafeBufferPointer { scale in
                bias.withUnsafeBufferPointer { bias in
                    affineSigns(values, rows: x.shape.rows, a: scale, b: bias, into: &signs, parallel: parallel)
                }
            }
        }
        return signs
    }

    /// gradient where the mask's bit is 1, else 0.
    func mask(_ gradient: inout Tensor, by mask: PackedTensor, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            maskGradient(UnsafeBufferPointer(g), mask: mask, into: g, parallel: parallel)
        }
    }

    /// x·sign, element by element.
    func product(of x: Tensor, andSigns signs: PackedTensor, parallel: Parallel) -> Tensor {
        var product = unpackSigns(signs, parallel: parallel)
        product.withUnsafeMutableElements { product in
            x.withUnsafeElements { x in
                nonisolated(unsafe) let (x, product) = (x, product)
                parallel.forEach(product.count, grain: 16_384) { places in
                    for i in places { product[i] *= x[i] }
                }
            }
        }
        return product
    }

    /// ApproxSign's slopes at x.
    func approxSignSlopes(_ x: Tensor, isWide: Bool, parallel: Parallel) -> ApproxSignSlopes {
        let slopes = ApproxSignSlopes(count: x.count, isWide: isWide)
        x.withUnsafeElements { approxSignSlopes($0, into: slopes, parallel: parallel) }
        return slopes
    }

    /// sum + gradient·slope.
    func add(_ gradient: borrowing Tensor, timesSlopes slopes: ApproxSignSlopes, to sum: inout Tensor, parallel: Parallel) {
        sum.withUnsafeMutableElements { sum in
            gradient.withUnsafeElements { addSlopeGradient($0, slopes, at: 0..<slopes.count, to: sum, parallel: parallel) }
        }
    }

    /// gradient·slope.
    func multiply(_ gradient: inout Tensor, bySlopes slopes: ApproxSignSlopes, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in slopeGradient(UnsafeBufferPointer(g), slopes, into: g, parallel: parallel) }
    }
}

func withOptionalBuffer<Result>(_ array: [Float]?, _ body: (UnsafeBufferPointer<Float>?) -> Result) -> Result {
    guard let array else { return body(nil) }
    return array.withUnsafeBufferPointer { body($0) }
}
