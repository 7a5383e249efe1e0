/// What a network does to one item, as an energy model sees it: steps in order, each with its arithmetic, its weights and the values it reads.
public struct Workload: Sendable, Hashable {
    /// How a step comes by its inputs.
    public enum Role: Sendable, Hashable {
        /// An output needs many inputs: products, norms over a row. What it reads has been stored.
        case gathering
        /// An output needs the inputs of its own place, or of a pool's window: it is done on the way out of the step that makes the last of them.
        case pointwise
        /// The same elements, or some of them, under another name: costs nothing.
        case view
    }

    public struct Step: Sendable, Hashable {
        public var name: String
        public var kind: String
        public var role: Role
        /// Values: 0 is the input, i + 1 what step i makes.
        public var inputs: [Int]
        public var operations: OperationTally
        /// Bits of weights, thresholds, scales.
        public var weightBits: Int
        public var outputElements: Int
        /// Bits of an element where the value is stored.
        public var outputBits: Int

        public init(
            _ name: String, kind: String, _ role: Role, inputs: [Int], operations: OperationTally = OperationTally(), weightBits: Int = 0, outputElements: Int,
            outputBits: Int
        ) {
            (self.name, self.kind, self.role, self.inputs, self.operations) = (name, kind, role, inputs, operations)
            (self.weightBits, self.outputElements, self.outputBits) = (weightBits, outputElements, outputBits)
        }
    }

    public var model: String
    public var inputElements: Int
    public var inputBits: Int
    public let steps: [Step]

    /// - Precondition: steps read the input and what earlier steps make.
    public init(model: String, inputElements: Int, inputBits: Int, steps: [Step]) {
        for (index, step) in steps.enumerated() {
            precondition(
                !step.inputs.isEmpty && step.inputs.allSatisfy { (0...index).contains($0) }, "\(step.name) reads values \(step.inputs) of \(index + 1)")
            precondition(step.role != .view || step.inputs.count == 1, "\(step.name) is a view of \(step.inputs.count) values")
        }
        (self.model, self.inputElements, self.inputBits, self.steps) = (model, inputElements, inputBits, steps)
    }

    public var weightBits: Int { steps.reduce(0) { $0 + $1.weightBits } }
}
