internal import BinaryNN
internal import BitCore

// What the steps of rules have in common: the arrays of one parameter, to be changed in place.
extension RuleState {
    /// Calls `body` with weights, gradients and the first two slots of a parameter held as reals.
    mutating func step(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients,
        _ body: (
            UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>
        ) -> UpdateOutcome
    ) -> UpdateOutcome {
        parameters.withMutableReals(id) { w in gradients.with(id) { g in withSlots { body(w, g, $0, $1) } } }
    }

    /// Calls `body` with signs, gradients and the first two slots of a parameter held as bits.
    mutating func flip(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients,
        _ body: (PackedSigns, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> UpdateOutcome
    ) -> UpdateOutcome {
        let shape = parameters.spec(id).shape
        return parameters.withMutableWords(id) { words in
            let signs = PackedSigns(words, rows: shape.rows, columns: shape.columns)
            return gradients.with(id) { g in withSlots { body(signs, g, $0, $1) } }
        }
    }
}
