/// A smaller model and the way back: an assignment of the reduced model is expanded to one of the source, of the same energy. At least one optimum
/// of the source is the expansion of an optimum of the reduced model.
public struct Reduction: Hashable, Sendable {
    /// How a variable left the model. Numbers are those of the source.
    public enum Step: Hashable, Sendable {
        /// It has this value.
        case fixed(Int32, Int8)
        /// It equals another one times −1 or +1.
        case merged(Int32, into: Int32, sign: Int8)
        /// It takes the value that is best for its neighbours: −1 where field + Σ weight·s is positive, else +1.
        case eliminated(Int32, field: Double, neighbours: [Int32], weights: [Double])
    }

    /// What remains.
    public let model: IsingModel
    /// The variables of the source that remain, in ascending order: variable i of `model` is `kept[i]`.
    public let kept: [Int32]
    public let sourceVariables: Int
    /// In the order in which they were made.
    public let steps: [Step]

    /// About how long the reduction of a model takes without roof duality; it looks at no clock.
    static func seconds(_ model: IsingModel) -> Double { 1.5e-6 * Double(model.terms.variables + model.terms.interactions) }

    init(model: IsingModel, kept: [Int32], sourceVariables: Int, steps: [Step]) {
        self.model = model
        self.kept = kept
        self.sourceVariables = sourceVariables
        self.steps = steps
    }

    /// Whether nothing remains: the expansion of the empty assignment is an optimum.
    public var isSolved: Bool { model.variables == 0 }

    /// The assignment of the source that belongs to one of the reduced model; it has the same energy.
    /// - Precondition: one spin for each variable of `model`.
    public func expand(_ spins: [Int8]) -> [Int8] {
        precondition(spins.count == model.variables, "\(spins.count) spins for a model of \(model.variables)")
        var result = [Int8](repeating: 1, count: sourceVariables)
        for (place, variable) in kept.enumerated() { result[Int(variable)] = spins[place] }
        for step in steps.reversed() {
            switch step {
            case .fixed(let variable, let value): result[Int(variable)] = value
            case .merged(let variable, let other, let sign): result[Int(variable)] = sign * result[Int(other)]
            case .eliminated(let variable, let field, let neighbours, let weights):
                let local = zip(neighbours, weights).reduce(field) { $0 + $1.1 * Double(result[Int($1.0)]) }
                result[Int(variable)] = local > 0 ? -1 : 1
            }
        }
        return result
    }

    /// `expand` for bits, bit 1 being spin +1.
    public func expand(bits: [UInt8]) -> [UInt8] {
        let spins = bits.map { bit -> Int8 in bit == 1 ? 1 : -1 }
        return expand(spins).map { $0 == 1 ? 1 : 0 }
    }

    /// The reduced model's part of an assignment of the source: a start for a search. Its energy is at most the source's where the source's
    /// assignment agrees with the variables fixed and merged.
    /// - Precondition: one spin for each variable of the source.
    public func restrict(_ spins: [Int8]) -> [Int8] {
        precondition(spins.count == sourceVariables, "\(spins.count) spins for a model of \(sourceVariables)")
        return kept.map { spins[Int($0)] }
    }

    /// This reduction followed by one of its model.
    /// - Precondition: `next` comes from a model of as many variables as remain here.
    public func followed(by next: Reduction) -> Reduction {
        precondition(next.sourceVariables == model.variables, "a reduction of \(next.sourceVariables) variables after one to \(model.variables)")
        func source(_ variable: Int32) -> Int32 { kept[Int(variable)] }
        let later = next.steps.map { step -> Step in
            switch step {
            case .fixed(let variable, let value): .fixed(source(variable), value)
            case .merged(let variable, let other, let sign): .merged(source(variable), into: source(other), sign: sign)
            case .eliminated(let variable, let field, let neighbours, let weights):
                .eliminated(source(variable), field: field, neighbours: neighbours.map(source), weights: weights)
            }
        }
        return Reduction(model: next.model, kept: next.kept.map(source), sourceVariables: sourceVariables, steps: steps + later)
    }
}

extension IsingModel {
    /// The model with some variables fixed.
    /// - Parameter values: −1 or +1 by variable.
    /// - Throws: `ProblemError.variableOutOfRange`, or `.overflow` when a sum of coefficients leaves the range of a Double.
    public func fixing(_ values: [Int: Int8]) throws(ProblemError) -> Reduction {
        var graph = ReductionGraph(self)
        for (variable, value) in values.sorted(by: { $0.key < $1.key }) {
            guard (0..<variables).contains(variable) else { throw .variableOutOfRange(variable, variables: variables) }
            precondition(value == 1 || value == -1, "a spin is -1 or +1")
            graph.fix(Int32(variable), to: value)
        }
        return try graph.reduction()
    }
}

extension QUBO {
    /// The model with some variables fixed, as a reduction of its Ising form: bit 1 is spin +1.
    /// - Parameter values: 0 or 1 by variable.
    public func fixing(_ values: [Int: UInt8]) throws(ProblemError) -> Reduction {
        precondition(values.values.allSatisfy { $0 <= 1 }, "a bit is 0 or 1")
        return try ising().fixing(values.mapValues { $0 == 1 ? 1 : -1 })
    }
}
