/// Which bits a network moves: steps in groups that run as one pass, and for each group what it reads and writes.
///
/// A gathering step begins a group. A pointwise step joins the group that makes the last of its inputs, and what flows within a group stays in
/// registers. A value that another group reads is stored: written once, and read by each group that reads it, once by its gathering step and once by its
/// pointwise ones.
public struct Traffic: Sendable, Hashable {
    public enum Cause: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
        case weights
        /// What a gathering step reads.
        case inputs
        /// What is written for gathering steps to read, or as the result.
        case outputs
        /// What is read again beside the products, by an addition, a XNOR, an OR or a concatenation, and what is written for such readers alone.
        case shortcuts
    }

    public struct Transfer: Sendable, Hashable {
        public var cause: Cause
        public var isWrite: Bool
        /// The step that makes the value; `input`; for weights their own step.
        public var value: String
        public var bits: Int
        /// Bits of the whole value, which decide where it lies; of weights those of all layers.
        public var sizeBits: Int

        public init(cause: Cause, isWrite: Bool, value: String, bits: Int, sizeBits: Int) {
            (self.cause, self.isWrite, self.value, self.bits, self.sizeBits) = (cause, isWrite, value, bits, sizeBits)
        }
    }

    public struct Group: Sendable, Hashable {
        /// Of its first step.
        public var name: String
        public var kind: String
        /// All its steps, in order.
        public var members: [String]
        public var operations: OperationTally
        public var transfers: [Transfer]
    }

    public private(set) var groups: [Group] = []

    public init(_ work: Workload) {
        let steps = work.steps
        // For each value: the value that holds its elements, and the group that makes it; −1 is the outside.
        var roots = [0]
        var makers = [-1]
        for (index, step) in steps.enumerated() {
            roots.append(step.role == .view ? roots[step.inputs[0]] : index + 1)
            var group = step.inputs.map { makers[$0] }.max() ?? -1
            if step.role == .gathering || (step.role == .pointwise && group < 0) {
                group = groups.count
                groups.append(Group(name: step.name, kind: step.kind, members: [], operations: OperationTally(), transfers: []))
            }
            makers.append(group)
            guard group >= 0 else { continue }
            groups[group].members.append(step.name)
            groups[group].operations = groups[group].operations + step.operations
            if step.weightBits > 0 {
                groups[group].transfers.append(
                    Transfer(cause: .weights, isWrite: false, value: step.name, bits: step.weightBits, sizeBits: work.weightBits))
            }
        }
        func elements(_ id: Int) -> Int { id == 0 ? work.inputElements : steps[id - 1].outputElements }
        func width(_ id: Int) -> Int { id == 0 ? work.inputBits : steps[id - 1].outputBits }
        func name(_ id: Int) -> String { id == 0 ? "input" : steps[id - 1].name }
        func size(_ id: Int) -> Int { elements(id) * width(id) }

        /// Stored values, with whether a gathering step reads them.
        var stored: [Int: Bool] = [:]
        /// What the pointwise steps of each group have read: once is enough, they work on the same place.
        var beside: Set<[Int]> = []
        for (index, step) in steps.enumerated() where step.role != .view {
            let group = makers[index + 1]
            for id in Set(step.inputs).sorted() {
                let root = roots[id]
                let gathers = step.role == .gathering || groups[group].name == step.name
                guard gathers || makers[root] != group else { continue }
                stored[root] = (stored[root] ?? false) || gathers
                guard gathers || beside.insert([group, id]).inserted else { continue }
                groups[group].transfers.append(
                    Transfer(
                        cause: gathers ? .inputs : .shortcuts, isWrite: false, value: name(root), bits: elements(id) * width(root), sizeBits: size(root)))
            }
        }
        if let last = roots.last, last > 0 { stored[last] = true }
        for (root, gathers) in stored.sorted(by: { $0.key < $1.key }) where root > 0 {
            groups[makers[root]].transfers.append(
                Transfer(cause: gathers ? .outputs : .shortcuts, isWrite: true, value: name(root), bits: size(root), sizeBits: size(root)))
        }
    }
}
