internal import CKernels

extension Kernels {
    /// The signs of a tensor as bits, sign(0) = +1, NaN → -1.
    public func packSigns(_ x: Tensor, parallel: Parallel = .serial) -> PackedTensor {
        x.withUnsafeElements { packSigns($0, shape: x.shape, parallel: parallel) }
    }

    /// The signs of row-major floats as bits.
    public func packSigns(_ x: UnsafeBufferPointer<Float>, shape: Shape, parallel: Parallel = .serial) -> PackedTensor {
        precondition(x.count == shape.count, "\(x.count) elements do not fill shape \(shape)")
        var result = PackedTensor(minusOnes: shape)
        let (columns, stride) = (shape.columns, result.wordsPerRow)
        result.withUnsafeMutableWords { target in
            nonisolated(unsafe) let (source, target) = (x, target)
            parallel.forEach(shape.rows, grain: Self.rowGrain(columns)) { rows in
                guard columns > 0 else { return }
                packing.pack(
                    source.baseAddress! + rows.lowerBound * columns, columns, rows.count, columns,
                    target.baseAddress! + rows.lowerBound * stride, stride)
            }
        }
        return result
    }

    /// Bit 1 where |x| <= limit: the pass mask of the straight-through estimator.
    public func packWithin(_ x: Tensor, limit: Float, parallel: Parallel = .serial) -> PackedTensor {
        var result = PackedTensor(minusOnes: x.shape)
        let (columns, stride) = (x.shape.columns, result.wordsPerRow)
        x.withUnsafeElements { source in
            result.withUnsafeMutableWords { target in
                nonisolated(unsafe) let (source, target) = (source, target)
                parallel.forEach(x.shape.rows, grain: Self.rowGrain(columns)) { rows in
                    guard columns > 0 else { return }
                    packing.within(
                        source.baseAddress! + rows.lowerBound * columns, columns, rows.count, columns, limit,
                        target.baseAddress! + rows.lowerBound * stride, stride)
                }
            }
        }
        return result
    }

    /// ±1 floats from bits.
    public func unpackSigns(_ bits: PackedTensor, parallel: Parallel = .serial) -> Tensor {
        var result = Tensor(uninitialized: bits.shape)
        let (columns, stride) = (bits.shape.columns, bits.wordsPerRow)
        bits.withUnsafeWords { source in
            result.withUnsafeMutableElements { target in
                nonisolated(unsafe) let (source, target) = (source, target)
                parallel.forEach(bits.shape.rows, grain: Self.rowGrain(columns)) { rows in
                    guard columns > 0 else { return }
                    packing.unpack(
                        source.baseAddress! + rows.lowerBound * stride, stride, rows.count, columns,
                        target.baseAddress! + rows.lowerBound * columns, columns)
                }
            }
        }
        return result
    }

    /// Rows of bits, `stride` words apart, as dense rows of ±1 floats.
    package func unpackSigns(
        _ bits: UnsafePointer<UInt64>, stride: Int, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>
    ) {
        packing.unpack(bits, stride, rows, columns, target, columns)
    }

    /// Rows a thread takes at a time: about 16 Ki elements, below which starting a thread costs more than it saves.
    static func rowGrain(_ columns: Int) -> Int { Swift.max(1, 16_384 / Swift.max(columns, 1)) }
}
