// Logic on signs, word by word: what networks whose feature maps are bits join their paths with.

extension PackedTensor {
    /// x·y: +1 where both signs agree.
    /// - Precondition: equal shapes.
    public func xnor(_ other: PackedTensor, _ parallel: Parallel = .serial) -> PackedTensor {
        combined(other, parallel, clearsPadding: true) { ~($0 ^ $1) }
    }

    /// +1 where either sign is.
    /// - Precondition: equal shapes.
    public func or(_ other: PackedTensor, _ parallel: Parallel = .serial) -> PackedTensor {
        combined(other, parallel, clearsPadding: false) { $0 | $1 }
    }

    /// +1 but where both signs are.
    /// - Precondition: equal shapes.
    public func nand(_ other: PackedTensor, _ parallel: Parallel = .serial) -> PackedTensor {
        combined(other, parallel, clearsPadding: true) { ~($0 & $1) }
    }

    /// Columns in turn: column 2c is this one's c, column 2c + 1 the other's.
    /// - Precondition: equal shapes.
    public func interleaved(with other: PackedTensor, _ parallel: Parallel = .serial) -> PackedTensor {
        precondition(shape == other.shape, "interleaving signs of shapes \(shape) and \(other.shape)")
        var result = PackedTensor(minusOnes: Shape(shape.dimensions.dropLast() + [2 * shape.columns]))
        let (from, to, rows) = (wordsPerRow, result.wordsPerRow, shape.rows)
        withUnsafeWords { a in
            other.withUnsafeWords { b in
                result.withUnsafeMutableWords { target in
                    nonisolated(unsafe) let (a, b, target) = (a, b, target)
                    parallel.forEach(rows, grain: Swift.max(1, 16_384 / Swift.max(from, 1))) { rows in
                        // Half a word of each makes a word; padding bits are 0 and stay so.
                        for row in rows {
                            for word in 0..<to / 2 {
                                let (x, y) = (a[row * from + word], b[row * from + word])
                                target[row * to + 2 * word] = Self.spread(x) | Self.spread(y) << 1
                                target[row * to + 2 * word + 1] = Self.spread(x >> 32) | Self.spread(y >> 32) << 1
                            }
                            if to % 2 == 1 {
                                let last = (row + 1) * from - 1
                                target[(row + 1) * to - 1] = Self.spread(a[last]) | Self.spread(b[last]) << 1
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The lower 32 bits at the even places.
    @inlinable static func spread(_ half: UInt64) -> UInt64 {
        var x = half & 0xFFFF_FFFF
        x = (x | x << 16) & 0x0000_FFFF_0000_FFFF
        x = (x | x << 8) & 0x00FF_00FF_00FF_00FF
        x = (x | x << 4) & 0x0F0F_0F0F_0F0F_0F0F
        x = (x | x << 2) & 0x3333_3333_3333_3333
        return (x | x << 1) & 0x5555_5555_5555_5555
    }

    @inline(__always) private func combined(
        _ other: PackedTensor, _ parallel: Parallel, clearsPadding: Bool, _ operation: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> PackedTensor {
        precondition(shape == other.shape, "logic on signs of shapes \(shape) and \(other.shape)")
        var result = PackedTensor(minusOnes: shape)
        let (stride, tail) = (wordsPerRow, shape.columns % 64)
        withUnsafeWords { a in
            other.withUnsafeWords { b in
                result.withUnsafeMutableWords { target in
                    nonisolated(unsafe) let (a, b, target) = (a, b, target)
                    parallel.forEach(target.count, grain: 16_384) { words in
                        for word in words { target[word] = operation(a[word], b[word]) }
                    }
                    guard clearsPadding, tail != 0 else { return }
                    let mask: UInt64 = (1 << UInt64(tail)) - 1
                    for word in Swift.stride(from: stride - 1, to: target.count, by: stride) { target[word] &= mask }
                }
            }
        }
        return result
    }
}
