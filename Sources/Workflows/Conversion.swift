public import Ising
internal import Report

/// What `spinflip convert` reports.
public struct ConversionReport: Encodable, Sendable, Hashable {
    public var source: String
    public var path: String
    public var format: String
    public var vartype: Vartype
    /// What an optimum of the written objective is.
    public var sense: Problem.Sense
    public var variables: Int
    /// Terms of two variables or more.
    public var interactions: Int
    public var constraints: Int
    /// Of the written function.
    public var offset: Double
    /// Couplings of the source that were added to one already there, and those between a variable and itself.
    public var summed: Int
    public var folded: Int

    public var text: String {
        let counts = "\(NumberText.grouped(variables)) variables, \(NumberText.grouped(interactions)) interactions, offset \(offset)"
        let conditions = constraints > 0 ? ", \(NumberText.grouped(constraints)) constraints" : ""
        var lines = ["wrote \(path): \(format), \(vartype.rawValue), \(sense.rawValue)imised, \(counts)\(conditions)"]
        if summed > 0 || folded > 0 { lines.append("couplings of the same pair summed: \(summed); of a variable with itself folded: \(folded)") }
        return lines.joined(separator: "\n")
    }

    /// Reads a problem file and writes it in another format.
    /// - Parameters:
    ///   - from: the source's format; nil to recognise it.
    ///   - sense: the source's sense; nil for its format's own.
    /// - Throws: `UnknownName`, `ProblemFileError`.
    public init(_ source: String, from: String? = nil, sense: String? = nil, to format: String, path: String) throws {
        let sourceFormat = try from.map(ProblemFormat.init(named:))
        let target = try ProblemFormat(named: format)
        let sourceSense = try sense.map(Problem.Sense.init(named:))
        let problem = try ConstrainedProblem.read(source, format: sourceFormat, sense: sourceSense)
        try problem.write(to: path, as: target)
        // What is reported is what the file says.
        let written = try ConstrainedProblem.read(path, format: target)
        self.source = source
        self.path = path
        self.format = target.rawValue
        vartype = written.vartype
        self.sense = written.sense
        variables = written.variables
        constraints = written.constraints.count
        if let terms = written.quadratic?.terms {
            (interactions, offset) = (terms.interactions, terms.offset)
        } else {
            let polynomial = try written.model().objective
            interactions = (0..<polynomial.terms).count { polynomial.termDegree($0) > 1 }
            offset = polynomial.offset
        }
        summed = problem.quadratic?.summed ?? 0
        folded = problem.quadratic?.folded ?? 0
    }
}
