internal import BitCore

/// The file formats of problems. The README of this module says what each holds.
public enum ProblemFormat: String, Hashable, Sendable, CaseIterable {
    /// Max-Cut graphs of the generator rudy, such as the Gset.
    case rudy
    /// The `.qubo` files of qbsolv.
    case qubo
    /// The coordinate format of dimod.
    case coo
    /// The unconstrained binary problems of the OR-Library.
    case bqp
    /// The sparse QUBO files of the Biq Mac library.
    case sparse
    /// The QUBO files of MQLib. Its Max-Cut files are `rudy` ones.
    case mqlib
    /// The binary part of QPLIB.
    case qplib
    /// The binary files of dimod.
    case bqm
    /// This project's own: everything a `Problem` says.
    case json

    /// The sense of a file that is read without naming one; nil when the file says it.
    var defaultSense: Problem.Sense? {
        switch self {
        case .rudy, .bqp, .mqlib: .max
        case .qubo, .coo, .sparse, .bqm: .min
        case .qplib, .json: nil
        }
    }

    /// The format of a file by its name's ending, else by how its text starts; nil when neither says.
    public static func guess(path: String, bytes: [UInt8]) -> ProblemFormat? {
        let file = path.split(separator: "/").last ?? ""
        switch file.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() {
        case "rudy", "rud", "mc": return .rudy
        case "qubo": return .qubo
        case "coo": return .coo
        case "bqp": return .bqp
        case "sparse": return .sparse
        case "mqlib": return .mqlib
        case "qplib": return .qplib
        case "bqm": return .bqm
        case "json": return .json
        default: break
        }
        if bytes.starts(with: Problem.bqmMagic) { return .bqm }
        guard var lines = try? ProblemLines(bytes, name: path), lines.next() else { return nil }
        switch lines.text(0) {
        case let word where word.hasPrefix("{"): return .json
        case let word where word.hasPrefix("#"): return lines.fields.indices.contains { lines.text($0).hasPrefix("vartype") } ? .coo : nil
        case "p", "c": return .qubo
        default: break
        }
        guard lines.fields.indices.allSatisfy({ Int(lines.text($0)) != nil }) else { return QPLIBFile.starts(bytes, name: path) ? .qplib : nil }
        return lines.fields.count == 1 ? .bqp : lines.fields.count == 2 ? .rudy : nil
    }
}

extension Problem {
    /// Reads a problem from a file's bytes.
    /// - Parameters:
    ///   - name: what errors call the file.
    ///   - format: nil to recognise it by name and content.
    ///   - sense: nil for the format's own: maximise for rudy, bqp and mqlib, minimise for the others. Files of qplib and json say it themselves.
    public init(
        _ bytes: [UInt8], name: String, format: ProblemFormat? = nil, sense: Sense? = nil
    ) throws(ProblemFileError) {
        guard let format = format ?? ProblemFormat.guess(path: name, bytes: bytes) else { throw ProblemFileError(name, .unknownFormat) }
        guard let ownSense = sense ?? format.defaultSense else {
            try self.init(bytes, saying: format, name: name)
            return
        }
        switch format {
        case .json, .qplib:
            try self.init(bytes, saying: format, name: name)
            guard ownSense == self.sense else { throw ProblemFileError(name, .otherSense(said: self.sense, asked: ownSense)) }
        case .bqm: try self.init(bqm: bytes, name: name, sense: ownSense)
        case .rudy, .qubo, .coo, .bqp, .sparse, .mqlib:
            var lines = try ProblemLines(bytes, name: name)
            try self.init(&lines, format: format, sense: ownSense)
        }
    }

    /// A file that says its sense.
    private init(_ bytes: [UInt8], saying format: ProblemFormat, name: String) throws(ProblemFileError) {
        if format == .json { try self.init(json: bytes, name: name) } else { try self.init(qplib: bytes, name: name) }
    }

    private init(_ lines: inout ProblemLines, format: ProblemFormat, sense: Sense) throws(ProblemFileError) {
        switch format {
        case .rudy: try self.init(rudy: &lines, sense: sense)
        case .qubo: try self.init(qbsolv: &lines, sense: sense)
        case .coo: try self.init(coo: &lines, sense: sense)
        case .bqp: try self.init(bqp: &lines, sense: sense)
        case .sparse, .mqlib: try self.init(sparse: &lines, sense: sense)
        case .qplib, .bqm, .json: preconditionFailure("\(format) is not read by lines alone")
        }
    }

    /// Reads a problem from a file.
    public static func read(_ path: String, format: ProblemFormat? = nil, sense: Sense? = nil) throws(ProblemFileError) -> Problem {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw ProblemFileError(path, .unreadable(error)) }
        return try Problem(bytes, name: path, format: format, sense: sense)
    }

    /// The bytes of a file of this problem. A format with a sense of its own gets the objective, negated where the senses differ; json gets
    /// the model and what its energy means. Labels of variables are names, not part of the problem: bqm and json keep them, the others number
    /// the variables.
    /// - Throws: `ProblemFileError` with `cannotHold` when a part of the problem has no place in the format.
    public func bytes(as format: ProblemFormat, name: String) throws(ProblemFileError) -> [UInt8] {
        switch format {
        case .rudy: try rudyBytes(name: name)
        case .qubo: try qbsolvBytes(name: name)
        case .coo: try cooBytes(name: name)
        case .bqp: try bqpBytes(name: name)
        case .sparse: try sparseBytes(name: name)
        case .mqlib: try symmetricText(.mqlib, sense: .max, header: [], name: name)
        case .qplib: try qplibBytes(name: name)
        case .bqm: try bqmBytes(name: name)
        case .json: try jsonBytes(name: name)
        }
    }

    /// Writes a file of this problem in one step.
    public func write(to path: String, as format: ProblemFormat) throws(ProblemFileError) {
        let bytes = try bytes(as: format, name: path)
        do { try AtomicFile.write(bytes, to: path) } catch { throw ProblemFileError(path, .unreadable(error)) }
    }
}
