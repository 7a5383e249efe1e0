internal import BinaryNN

extension Dropout: Lowerable {
    /// Nothing in inference.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue { inputs[0] }
}
