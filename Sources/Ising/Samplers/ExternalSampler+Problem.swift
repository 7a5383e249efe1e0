/// The problem as an external sampler reads it: one JSON object on one line, made piece by piece so that a large model is never held as text.
struct ExternalProblem {
    private let model: IsingModel
    private let head: String
    private var part = Part.head

    private enum Part {
        case head
        case linear(Int)
        case quadratic(Int)
        case tail, end
    }

    /// Numbers written between two pieces.
    private static let grain = 4096

    init(_ model: IsingModel, seed: UInt64, reads: Int?, control: SamplingControl) {
        self.model = model
        func number(_ value: Double?) -> String { value.map { Self.decimal($0) } ?? "null" }
        // Readers of JSON are sure of integers below 2^53 alone.
        let fields = [
            "\"version\":1", "\"vartype\":\"SPIN\"", "\"variables\":\(model.variables)", "\"offset\":\(number(model.terms.offset))",
            "\"seed\":\(seed & (1 << 53 - 1))", "\"reads\":\(reads.map(String.init) ?? "null")", "\"threads\":\(control.threads)",
            "\"timeLimit\":\(number(control.timeLimit))", "\"target\":\(number(control.target))",
        ]
        head = "{" + fields.joined(separator: ",") + ",\"linear\":["
    }

    /// The next piece; nil after the last.
    mutating func next() -> [UInt8]? {
        let terms = model.terms
        var text = ""
        switch part {
        case .head:
            text = head
            part = .linear(0)
        case .linear(let start):
            let end = Swift.min(start + Self.grain, terms.variables)
            for index in start..<end { text += (index > 0 ? "," : "") + Self.decimal(terms.linear[index]) }
            if end == terms.variables { text += "],\"quadratic\":[" }
            part = end == terms.variables ? .quadratic(0) : .linear(end)
        case .quadratic(let start):
            let end = Swift.min(start + Self.grain, terms.interactions)
            for edge in start..<end {
                text += "\(edge > 0 ? "," : "")[\(terms.first[edge]),\(terms.second[edge]),\(Self.decimal(terms.weights[edge]))]"
            }
            part = end == terms.interactions ? .tail : .quadratic(end)
        case .tail:
            text = "]}\n"
            part = .end
        case .end: return nil
        }
        return Array(text.utf8)
    }

    /// The shortest text that reads back as the same number. Not finite ones, which only limits can be, are none.
    private static func decimal(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        return Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
