public import BitCore

/// What was wrong with a problem file: where, and what. Every message is one sentence that says what to do.
public struct ProblemFileError: Error, Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
        case unreadable(FileError)
        /// UTF-16 by its byte order mark, but of an odd length or with broken pairs.
        case badUTF16
        /// A line, counted from 1, with its text.
        case badLine(number: Int, text: String, reason: String)
        /// The file ends before what its header announces.
        case ended(expected: String, found: Int)
        /// A file of a fixed order of items ends before one of them.
        case endsBefore(item: String, line: Int)
        case noHeader(expected: String)
        case badJSON(reason: String)
        /// A binary file, where its bytes, counted from 0, are not what they should be.
        case badBytes(offset: Int, reason: String)
        case model(ProblemError)
        /// A file that says its own sense was to be read in the other one.
        case otherSense(said: Problem.Sense, asked: Problem.Sense)
        /// A problem with constraints where one without is needed.
        case hasConstraints(Int)
        /// The format has no place for a part of the problem.
        case cannotHold(format: ProblemFormat, what: String)
        case tooLargeForJSON(values: Int, limit: Int)
        case unknownFormat
    }

    /// The file's name.
    public var source: String
    public var fault: Fault

    public init(_ source: String, _ fault: Fault) {
        self.source = source
        self.fault = fault
    }
}

extension ProblemFileError: CustomStringConvertible {
    public var description: String { "\(source): \(explanation)" }

    private var explanation: String {
        switch fault {
        case .unreadable(let error): "\(error); check the path and its permissions"
        case .badUTF16: "starts like UTF-16 text but is not; save it as UTF-8"
        case .badLine(let number, let text, let reason): "line \(number), \"\(text)\": \(reason)"
        case .ended(let expected, let found): "ends after \(found) where its header announces \(expected); correct the header or complete the file"
        case .endsBefore(let item, let line): "ends after line \(line), before \(item); complete the file"
        case .noHeader(let expected): "has no header; its first line must be \(expected)"
        case .badJSON(let reason): "is not a problem in JSON (\(reason)); correct it"
        case .badBytes(let offset, let reason): "byte \(offset): \(reason)"
        case .model(let error): "\(error)"
        case .otherSense(let said, let asked): "it says that its sense is \(said.rawValue), not \(asked.rawValue); leave the sense to the file"
        case .hasConstraints(let count): "has \(count) constraints where a problem without any is needed; turn them into penalties"
        case .cannotHold(let format, let what): "the \(format.rawValue) format cannot hold \(what); use json"
        case .tooLargeForJSON(let values, let limit): "the problem takes \(values) numbers, a json file holds \(limit); use another format"
        case .unknownFormat:
            "its format is not recognised; name it, one of \(ProblemFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        }
    }
}
