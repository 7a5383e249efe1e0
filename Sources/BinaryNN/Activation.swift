public import BitCore

/// What flows along an edge of a network: a batch of real numbers or of signs.
public enum Activation: Sendable {
    case real(Tensor)
    case packed(PackedTensor)

    /// Batch first.
    public var shape: Shape {
        switch self {
        case .real(let tensor): tensor.shape
        case .packed(let bits): bits.shape
        }
    }

    /// As floats; signs become ±1.
    public func real(_ context: ExecutionContext) -> Tensor {
        switch self {
        case .real(let tensor): tensor
        case .packed(let bits): context.kernels.unpackSigns(bits, parallel: context.parallel)
        }
    }
}

/// The type of an edge: the shape of one item and how many bits an element takes when the network is shipped.
public struct Signal: Sendable, Hashable {
    public enum Width: Sendable, Hashable {
        /// ±1, one bit.
        case sign
        /// Network inputs: bytes q that stand for (q − zeroPoint)·2^−shift.
        case byte(zeroPoint: Int, shift: Int)
        /// Sums of ±1 products: integers in units of 2^−shift, bounded by `bound` units.
        case integer(bound: Int, shift: Int)
        case real
    }

    public var shape: Shape
    public var width: Width

    public init(_ shape: Shape, _ width: Width) {
        self.shape = shape
        self.width = width
    }

    /// Bits of an element in a shipped model.
    public var bits: Int {
        switch width {
        case .sign: 1
        case .byte: 8
        case .integer, .real: 32
        }
    }
}
