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

    /// gradient·2(1 − |x|) inside [−1, 1], else 0.
    func multiplyByApproxSignDerivative(_ gradient: inout Tensor, at x: Tensor, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            x.withUnsafeElements { x in approxSignGradient(UnsafeBufferPointer(g), x, into: g, parallel: parallel) }
        }
    }

    /// ApproxSign's slopes at x, a byte each.
    func approxSignSlopes(_ x: Tensor, parallel: Parallel) -> AlignedBuffer<UInt8> {
        let slopes = AlignedBuffer<UInt8>(uninitializedCount: x.count)
        x.withUnsafeElements { approxSignSlopes($0, into: UnsafeMutableBufferPointer(start: slopes.pointer, count: x.count), parallel: parallel) }
        return slopes
    }

    /// sum + gradient·slope·2/255.
    func add(_ gradient: borrowing Tensor, timesSlopes slopes: AlignedBuffer<UInt8>, to sum: inout Tensor, parallel: Parallel) {
        sum.withUnsafeMutableElements { sum in
            gradient.withUnsafeElements {
                addSlopeGradient($0, UnsafeBufferPointer(start: slopes.pointer, count: slopes.count), to: sum, parallel: parallel)
            }
        }
    }

    /// gradient·slope·2/255.
    func multiply(_ gradient: inout Tensor, bySlopes slopes: AlignedBuffer<UInt8>, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            slopeGradient(UnsafeBufferPointer(g), UnsafeBufferPointer(start: slopes.pointer, count: slopes.count), into: g, parallel: parallel)
        }
    }
}

func withOptionalBuffer<Result>(_ array: [Float]?, _ body: (UnsafeBufferPointer<Float>?) -> Result) -> Result {
    guard let array else { return body(nil) }
    return array.withUnsafeBufferPointer { body($0) }
}
