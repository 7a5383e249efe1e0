internal import CKernels

/// The most that a product kernel of an instruction set could reach: its arithmetic alone, on registers. Benchmarks run it between the
/// repeats of the kernel.
public struct KernelRoof: Sendable {
    public enum Product: Sendable {
        /// ±1 × ±1: xor, population count, addition (AVX2: a carry-save tree).
        case binary
        /// Unsigned bytes × ±1 bytes.
        case bytes
        /// float32, fused multiply-add.
        case float32
        /// bfloat16 with sums in float32, on vectors: a matrix unit has a higher roof.
        case bfloat16
    }

    /// Multiply-accumulates of a round.
    public let products: Int
    private let loop: sf_roof_loop

    public init(_ product: Product, _ instructionSet: InstructionSet) {
        precondition(InstructionSet.supported.contains(instructionSet), "this machine has no \(instructionSet.rawValue)")
        let roof = sf_roof_select(instructionSet.level).pointee
        loop =
            switch product {
            case .binary: roof.binary
            case .bytes: roof.bytes
            case .float32: roof.f32
            case .bfloat16: roof.bf16
            }
        products = Int(loop.products)
    }

    /// Runs the loop; the result only keeps it from being optimised away.
    @discardableResult public func run(rounds: Int) -> UInt64 { loop.run(rounds) }
}
