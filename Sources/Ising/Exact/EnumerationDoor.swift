package import BitCore

/// Enumeration with a given instruction set, for the test that compares them.
package enum EnumerationDoor {
    package static func lowest(_ model: IsingModel, states: Int, _ set: InstructionSet) -> [UInt64] {
        let monitor = SearchMonitor(IntegerModel(model), control: SamplingControl(threads: 2))
        let task = ExactTask(model: model, monitor: monitor, places: Array(0..<model.variables), rest: PackedSpins(count: model.variables))
        return Enumeration(task, kernels: Kernels(set)).lowest(states)?.lowest.map(\.state) ?? []
    }
}
