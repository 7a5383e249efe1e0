internal import Ising
internal import QUBOTraining

/// What `spinflip qubo build` reports: a problem written as a file for any solver.
public struct FormBuildReport: Encodable, Sendable, Hashable {
    public var facts: FormFacts
    public var source: FormRequest.Source
    public var path: String
    public var format: String
    public var seconds: Double

    public var text: String { (["wrote \(path): \(format)", facts.line] + source.notes).joined(separator: "\n") }

    private enum Keys: String, CodingKey { case path, format, seconds }

    /// Facts and source are keys of their own.
    public func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        try source.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(path, forKey: .path)
        try container.encode(format, forKey: .format)
        try container.encode(seconds, forKey: .seconds)
    }
}

extension FormRequest {
    /// Makes the form and writes it in one step. Bits are named as `QUBOLayout.Variable` says, in formats that hold names.
    /// - Parameter format: nil for what the path's ending says, else json.
    /// - Throws: what is wrong with the request, before anything is written; `ProblemFileError` for a format that cannot hold it.
    public func build(to path: String, format: String? = nil, _ control: RunControl) throws -> FormBuildReport {
        let start = control.seconds()
        let target = try format.map(ProblemFormat.init(named:)) ?? ProblemFormat.guess(path: path, bytes: []) ?? .json
        let made = try make()
        switch made {
        case .qubo(let form): try form.file.write(to: path, as: target)
        case .polynomial(let form): try form.file().write(to: path, as: target)
        }
        var source = source
        source.warnings += made.warnings
        return FormBuildReport(
            facts: FormFacts(problem, made), source: source, path: path, format: target.rawValue, seconds: control.seconds() - start)
    }
}
