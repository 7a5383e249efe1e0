/// A model cut into parts that no coupling of non-zero weight connects. The least energy is the sum of those of the parts and `offset`.
public struct Components: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        /// Without the source's offset.
        public let model: IsingModel
        /// The variables of the source, in ascending order: variable i of `model` is `variables[i]`.
        public let variables: [Int32]
    }

    /// In the order of their first variables.
    public let parts: [Part]
    public let offset: Double
    public let sourceVariables: Int

    public init(of source: IsingModel) throws(ProblemError) {
        guard let whole = try Self(of: source, goOn: { true }) else { preconditionFailure("nothing stops this cut") }
        self = whole
    }

    /// nil when `goOn`, asked every few milliseconds of work, says false.
    init?(of source: IsingModel, goOn: () -> Bool) throws(ProblemError) {
        let terms = source.terms
        guard let (component, count) = terms.componentOfEach(goOn) else { return nil }
        offset = terms.offset
        sourceVariables = terms.variables
        if count == 1, terms.offset == 0, !terms.weights.contains(0) {
            // Nothing is copied.
            parts = [Part(model: source, variables: Array(0..<Int32(terms.variables)))]
            return
        }
        var members = [[Int32]](repeating: [], count: count)
        var place = [Int32](repeating: 0, count: terms.variables)
        for variable in 0..<terms.variables {
            place[variable] = Int32(members[Int(component[variable])].count)
            members[Int(component[variable])].append(Int32(variable))
        }
        var edges = [[Int32]](repeating: [], count: count)
        for edge in 0..<terms.interactions where terms.weights[edge] != 0 {
            if edge & 0x3FFFF == 0x3FFFF, !goOn() { return nil }
            edges[Int(component[Int(terms.first[edge])])].append(Int32(edge))
        }
        var parts: [Part] = []
        parts.reserveCapacity(count)
        for (variables, edges) in zip(members, edges) {
            if edges.count > 1 << 12, !goOn() { return nil }
            // The order of the variables is kept, so the couplings stay sorted.
            let model = IsingModel(
                terms: try QuadraticTerms(
                    offset: 0, linear: variables.map { terms.linear[Int($0)] }, first: edges.map { place[Int(terms.first[Int($0)])] },
                    second: edges.map { place[Int(terms.second[Int($0)])] }, weights: edges.map { terms.weights[Int($0)] }))
            parts.append(Part(model: model, variables: variables))
        }
        self.parts = parts
    }

    /// The assignment of the source made of one of each part; its energy is the sum of theirs and `offset`.
    /// - Precondition: one assignment a part, one spin a variable.
    public func merge(_ assignments: [[Int8]]) -> [Int8] {
        precondition(assignments.count == parts.count, "\(assignments.count) assignments for \(parts.count) parts")
        var result = [Int8](repeating: 1, count: sourceVariables)
        for (part, spins) in zip(parts, assignments) {
            precondition(spins.count == part.variables.count, "\(spins.count) spins for a part of \(part.variables.count)")
            for (variable, spin) in zip(part.variables, spins) { result[Int(variable)] = spin }
        }
        return result
    }

    /// The parts of an assignment of the source.
    public func split(_ spins: [Int8]) -> [[Int8]] {
        precondition(spins.count == sourceVariables, "\(spins.count) spins for a model of \(sourceVariables)")
        return parts.map { $0.variables.map { spins[Int($0)] } }
    }
}

extension QuadraticTerms {
    /// The component of each variable, numbered in the order of their first variables, and their number. Found by joining sets: every
    /// coupling of non-zero weight between two sets makes one of them. nil when `goOn`, asked every millisecond of work, says false.
    func componentOfEach(_ goOn: () -> Bool = { true }) -> (component: [Int32], count: Int)? {
        var parent = Array(Int32(0)..<Int32(variables))
        func root(_ variable: Int32) -> Int32 {
            var node = variable
            while parent[Int(node)] != node {
                // Halving the path keeps later walks short.
                parent[Int(node)] = parent[Int(parent[Int(node)])]
                node = parent[Int(node)]
            }
            return node
        }
        for edge in 0..<interactions where weights[edge] != 0 {
            if edge & 0x3FFFF == 0x3FFFF, !goOn() { return nil }
            let (a, b) = (root(first[edge]), root(second[edge]))
            if a != b { parent[Int(Swift.max(a, b))] = Swift.min(a, b) }
        }
        var component = [Int32](repeating: -1, count: variables)
        var count = 0
        for variable in 0..<Int32(variables) {
            let top = root(variable)
            if top == variable {
                component[Int(variable)] = Int32(count)
                count += 1
            } else {
                // A root is the lowest of its set, so it has its number already.
                component[Int(variable)] = component[Int(top)]
            }
        }
        return (component, count)
    }
}
