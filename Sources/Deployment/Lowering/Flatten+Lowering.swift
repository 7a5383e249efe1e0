internal import BinaryNN

extension Flatten: Lowerable {
    /// Items are read row-major everywhere, so an input needs no work, and vectors are flat already.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue { inputs[0] }
}
