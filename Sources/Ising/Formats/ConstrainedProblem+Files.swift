internal import BitCore

extension ConstrainedProblem {
    /// Reads a problem from a file's bytes, as `Problem` does; files of qplib and json may have constraints, those of json terms of any degree.
    public init(
        _ bytes: [UInt8], name: String, format: ProblemFormat? = nil, sense: Problem.Sense? = nil
    ) throws(ProblemFileError) {
        guard let format = format ?? ProblemFormat.guess(path: name, bytes: bytes) else { throw ProblemFileError(name, .unknownFormat) }
        switch format {
        case .json: try self.init(json: bytes, name: name)
        case .qplib: self = try QPLIBFile(bytes, name: name).problem(name: name)
        default: self.init(try Problem(bytes, name: name, format: format, sense: sense))
        }
        if let sense, sense != self.sense { throw ProblemFileError(name, .otherSense(said: self.sense, asked: sense)) }
    }

    /// Reads a problem from a file.
    public static func read(
        _ path: String, format: ProblemFormat? = nil, sense: Problem.Sense? = nil
    ) throws(ProblemFileError) -> ConstrainedProblem {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw ProblemFileError(path, .unreadable(error)) }
        return try ConstrainedProblem(bytes, name: path, format: format, sense: sense)
    }

    /// The bytes of a file of this problem. Without constraints and quadratic it is written as a `Problem` is, in every format; else as json, or
    /// as qplib when it is quadratic.
    public func bytes(as format: ProblemFormat, name: String) throws(ProblemFileError) -> [UInt8] {
        if let quadratic { return try quadratic.bytes(as: format, name: name) }
        let model = try naming(name) { () throws(ProblemError) in try self.model() }
        switch format {
        case .json: return try jsonBytes(model, name: name)
        case .qplib: return try qplibBytes(model, name: name)
        default:
            let what = model.constraints.isEmpty ? "terms of degree \(model.objective.degree)" : "constraints"
            throw ProblemFileError(name, .cannotHold(format: format, what: what))
        }
    }

    /// Writes a file of this problem in one step.
    public func write(to path: String, as format: ProblemFormat) throws(ProblemFileError) {
        let bytes = try bytes(as: format, name: path)
        do { try AtomicFile.write(bytes, to: path) } catch { throw ProblemFileError(path, .unreadable(error)) }
    }
}
