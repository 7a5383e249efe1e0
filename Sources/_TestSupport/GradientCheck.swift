public import BinaryNN
internal import BitCore

/// Finite differences: the derivative of the training loss by every parameter, against what the backward pass says.
public struct GradientCheck {
    /// Largest |numeric − analytic| / (1e-3 + |numeric| + |analytic|) over the checked elements, with where it was found.
    public var worst: Double
    public var place: String

    /// Central differences of step `step` in Float32; only networks whose loss is smooth in the parameters can agree.
    /// - Parameter perParameter: elements checked of each parameter, spread over it.
    public init(
        _ network: Network, _ parameters: ParameterStore, _ batch: Activation, labels: [Int], loss: Loss, _ context: ExecutionContext,
        step: Float = 2e-2, perParameter: Int = 24
    ) {
        func value(_ store: ParameterStore) -> Double {
            loss.evaluate(network.forward(batch, store, context).output.real(context), labels: labels).mean
        }
        let tape = network.forward(batch, parameters, context)
        var gradients = Gradients(network.specs)
        network.backward(
            loss.evaluate(tape.output.real(context), labels: labels).gradient, tape, parameters, into: &gradients, context)
        worst = 0
        place = ""
        for id in parameters.ids where parameters.spec(id).role != .statistic && parameters.spec(id).encoding == .real {
            let count = parameters.spec(id).count
            for element in stride(from: 0, to: count, by: max(1, count / perParameter)) {
                var store = parameters
                store.withMutableReals(id) { $0[element] += step }
                let above = value(store)
                store.withMutableReals(id) { $0[element] -= 2 * step }
                let numeric = (above - value(store)) / (2 * Double(step))
                let analytic = Double(gradients.values(id)[element])
                let error = abs(numeric - analytic) / (1e-3 + abs(numeric) + abs(analytic))
                if error > worst {
                    worst = error
                    place = "\(parameters.spec(id).name)[\(element)]: numeric \(numeric), analytic \(analytic)"
                }
            }
        }
    }
}
