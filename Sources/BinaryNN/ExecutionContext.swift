public import BitCore
public import DenseMath

/// What a pass runs on: passed along, never global.
public struct ExecutionContext: Sendable {
    /// Real and mixed products.
    public var engine: any DenseEngine
    /// Products of signs with signs, packing, element-wise passes.
    public var kernels: Kernels
    public var parallel: Parallel
    /// How the engine holds operands in the backward pass.
    public var precision: MatrixPrecision

    public init(
        engine: any DenseEngine, kernels: Kernels = .active, parallel: Parallel = .serial, precision: MatrixPrecision = .float32
    ) {
        self.engine = engine
        self.kernels = kernels
        self.parallel = parallel
        self.precision = precision
    }
}
