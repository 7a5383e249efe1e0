package import BitCore

/// One value for a block of items.
package enum BlockValue {
    /// Row-major [rows × count]; valid while the call lasts.
    case bytes(UnsafeBufferPointer<UInt8>)
    /// [rows × …] with the item's shape.
    case bits(PackedTensor)
    /// Row-major [rows × count].
    case integers([Int32])
    /// [rows × …] with the item's shape.
    case reals(Tensor)

    /// The bytes; a mismatch cannot happen in a checked model.
    var bytes: UnsafeBufferPointer<UInt8> {
        guard case .bytes(let value) = self else { preconditionFailure("a checked model feeds bytes here") }
        return value
    }

    var bits: PackedTensor {
        guard case .bits(let value) = self else { preconditionFailure("a checked model feeds bits here") }
        return value
    }

    var integers: [Int32] {
        guard case .integers(let value) = self else { preconditionFailure("a checked model feeds integers here") }
        return value
    }

    var reals: Tensor {
        guard case .reals(let value) = self else { preconditionFailure("a checked model feeds reals here") }
        return value
    }
}

extension BlockValue {
    /// The elements as integers, whatever they are; signs are ±1.
    var signedIntegers: [Int32] {
        switch self {
        case .reals: preconditionFailure("a checked model feeds integers here")
        case .bytes(let values): return values.map(Int32.init)
        case .integers(let values): return values
        case .bits(let signs):
            let (columns, stride) = (signs.shape.columns, signs.wordsPerRow)
            return signs.withUnsafeWords { words in
                [Int32](count: signs.shape.count) { out in
                    for row in 0..<signs.shape.rows {
                        for c in 0..<columns {
                            out[row * columns + c] = Int32(truncatingIfNeeded: words[row * stride + c / 64] >> UInt64(c % 64) & 1) * 2 - 1
                        }
                    }
                }
            }
        }
    }
}

/// What executors run on.
package struct ExecutorEngine: Sendable {
    package var kernels: Kernels
    /// Threads for one call: more than one where a block is too small to be dealt out item by item.
    package var parallel: Parallel

    /// Lines of so many steps each that are worth a thread: about 30,000 steps.
    func grain(_ stepsPerLine: Int) -> Int { Swift.max(1, 30_000 / Swift.max(stepsPerLine, 1)) }
}

/// An operation made ready to run: weights in panels, tables at hand.
package protocol Executor: Sendable {
    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue
    /// The results of an executor that makes several; one for the others.
    func results(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> [BlockValue]
}

extension Executor {
    package func results(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> [BlockValue] { [run(inputs, rows: rows, on: engine)] }
}

extension [Int32] {
    /// An array that a kernel fills.
    init(count: Int, filledBy fill: (UnsafeMutableBufferPointer<Int32>) -> Void) {
        self.init(unsafeUninitializedCapacity: count) { buffer, filled in
            fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            filled = count
        }
    }
}
