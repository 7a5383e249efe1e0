public import BinaryNN
internal import BitCore

extension ParameterStore {
    /// These parameters as `specs` hold them: a kernel that is real or latent here and bits there becomes its signs, all else is the same.
    /// - Precondition: the same names and shapes in the same order.
    public func shipped(as specs: [ParameterSpec], _ context: ExecutionContext) -> ParameterStore {
        precondition(
            self.specs.map(\.name) == specs.map(\.name) && self.specs.map(\.shape) == specs.map(\.shape),
            "parameters \(self.specs.map(\.name)) cannot be shipped as \(specs.map(\.name))")
        var result = ParameterStore(specs)
        for id in ids {
            switch (spec(id).encoding, result.spec(id).encoding) {
            case (_, .binary): result.setSigns(id, signs(id, kernels: context.kernels, parallel: context.parallel))
            case (.binary, _): preconditionFailure("\(spec(id).name) is held as bits and cannot become real")
            default: withReals(id) { result.setReals(id, $0) }
            }
        }
        return result
    }
}
