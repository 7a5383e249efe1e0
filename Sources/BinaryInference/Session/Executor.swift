package import BitCore

/// One value for a block of items.
package enum BlockValue {
    /// Row-major [rows × count]; valid while the call lasts.
    case bytes(UnsafeBufferPointer<UInt8>)
    case bits(PackedTensor)
    /// Row-major [rows × count].
    case integers([Int32])

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
}

/// An operation made ready to run: weights in panels, tables at hand.
package protocol Executor: Sendable {
    func run(_ inputs: [BlockValue], rows: Int, kernels: Kernels) -> BlockValue
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
