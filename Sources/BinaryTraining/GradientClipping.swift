public import BinaryNN
internal import BitCore

/// Bounds on gradients before any rule sees them. 0 is no bound.
public struct GradientClipping: Sendable, Hashable, Codable {
    /// Bound of each element.
    public var value: Double
    /// Bound of the Euclidean norm of all gradients together (Pascanu, Mikolov, Bengio, ICML 2013): above it all are multiplied by norm bound /
    /// norm. Applied after `value`.
    public var norm: Double

    public init(value: Double = 0, norm: Double = 0) {
        self.value = value
        self.norm = norm
    }

    public static let none = GradientClipping()

    /// Bounds the gradients in place.
    /// - Returns: false when their norm is not finite; they are then as they were but for `value`.
    public func apply(to gradients: inout Gradients, _ context: ExecutionContext) -> Bool {
        let ids = gradients.specs.indices.filter { gradients.specs[$0].role != .statistic }.map(ParameterID.init(index:))
        if value > 0 {
            for id in ids { gradients.withMutable(id) { context.kernels.clip($0, to: Float(value), parallel: context.parallel) } }
        }
        guard norm > 0 else { return true }
        let squares = ids.reduce(0.0) { sum, id in sum + gradients.with(id) { context.kernels.squares($0, parallel: context.parallel) } }
        let length = squares.squareRoot()
        guard length.isFinite else { return false }
        if length > norm {
            for id in ids { gradients.withMutable(id) { context.kernels.scale($0, by: Float(norm / length), parallel: context.parallel) } }
        }
        return true
    }
}
