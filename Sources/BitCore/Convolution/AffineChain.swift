internal import CKernels

/// Functions x ← scale·x + bias by channel, one after the other, each multiplied and then added, rounded to Float32 twice: what scales and
/// norms behind a product come to.
public struct AffineChain: Sendable {
    /// More are not taken in one pass.
    public static let mostSteps = 3
    public let channels: Int
    public private(set) var steps: [(scale: [Float], bias: [Float])] = []

    public init(channels: Int) { self.channels = channels }

    /// - Precondition: one number a channel, and room for another step.
    public mutating func append(scale: [Float], bias: [Float]) {
        precondition(scale.count == channels && bias.count == channels, "\(scale.count) scales and \(bias.count) biases for \(channels) channels")
        precondition(steps.count < Self.mostSteps, "a chain has at most \(Self.mostSteps) steps")
        steps.append((scale, bias))
    }

    func withC<Result>(_ body: (UnsafePointer<sf_chain>) -> Result) -> Result {
        // All tables in one buffer: a chain is used for blocks of thousands of numbers.
        let tables = AlignedBuffer<Float>(uninitializedCount: 2 * steps.count * channels)
        var pointers: [UnsafePointer<Float>?] = []
        for (index, step) in steps.enumerated() {
            for (half, values) in [step.scale, step.bias].enumerated() {
                let target = tables.pointer + (2 * index + half) * channels
                values.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: channels) }
                pointers.append(UnsafePointer(target))
            }
        }
        while pointers.count < 2 * Self.mostSteps { pointers.append(nil) }
        var chain = sf_chain(
            channels: channels, steps: steps.count, scale: (pointers[0], pointers[2], pointers[4]), bias: (pointers[1], pointers[3], pointers[5]))
        return withExtendedLifetime(tables) { body(&chain) }
    }
}
