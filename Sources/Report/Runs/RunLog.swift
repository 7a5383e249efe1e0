public import BitCore
internal import Foundation

/// What a run wrote into its log.
public struct RunLog: Sendable, Hashable {
    /// The log's name in a run's folder.
    public static let fileName = "log.jsonl"
    /// Larger logs are not read.
    public static let maximumBytes = 1 << 28

    /// For reports.
    public var name: String
    public var events: [RunEvent]
    /// The last line was cut: the run was killed while writing, or writes just now.
    public var isCut: Bool

    public init(name: String, events: [RunEvent], isCut: Bool = false) {
        self.name = name
        self.events = events
        self.isCut = isCut
    }

    /// The latest start.
    public var start: RunEvent.Start? {
        events.reversed().lazy.compactMap { if case .start(let start) = $0 { start } else { nil } }.first
    }

    /// The end, unless the run went on after it.
    public var end: RunEvent.End? {
        for event in events.reversed() {
            switch event {
            case .end(let end): return end
            case .start, .epoch: return nil
            case .note, .unknown: continue
            }
        }
        return nil
    }

    public var notes: [RunEvent.Note] { events.compactMap { if case .note(let note) = $0 { note } else { nil } } }

    /// The epochs in order, each once. A run that goes on from a checkpoint may log again what it had logged before; the later line counts.
    public var epochs: [RunEvent.Epoch] {
        var result: [RunEvent.Epoch] = []
        for case .epoch(let epoch) in events {
            while let last = result.last, last.epoch >= epoch.epoch { result.removeLast() }
            result.append(epoch)
        }
        return result
    }
}

/// What was wrong with a run log.
public enum RunLogError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    case badLine(path: String, number: Int, reason: String)
    case noRun(path: String)

    public var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .badLine(let path, let number, let reason):
            "\(path): line \(number) is not an event of a run log (\(reason)); give a log that training wrote"
        case .noRun(let path): "\(path) holds no run; give a folder that training wrote, or a log"
        }
    }
}

extension RunLog {
    /// Reads a log. A cut last line is left out, and events of later versions are kept as unknown.
    /// - Parameter path: the log or the folder of its run.
    public init(path: String, name: String? = nil) throws(RunLogError) {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = exists && isFolder.boolValue ? path + (path.hasSuffix("/") ? "" : "/") + Self.fileName : path
        if isFolder.boolValue, !FileManager.default.fileExists(atPath: file) { throw .noRun(path: path) }
        let bytes: [UInt8]
        do throws(FileError) { bytes = try WholeFile.read(file, limit: Self.maximumBytes) } catch { throw .file(error) }
        let parts = file.split(separator: "/").map(String.init)
        let given = parts.last == Self.fileName && parts.count > 1 ? parts[parts.count - 2] : parts.last ?? file
        try self.init(bytes, path: file, name: name ?? given)
    }

    /// Reads a log from memory; `path` stands in errors.
    public init(_ bytes: [UInt8], path: String, name: String) throws(RunLogError) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        var events: [RunEvent] = []
        var isCut = false
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) {
            do {
                events.append(try decoder.decode(RunEvent.self, from: Data(line)))
            } catch {
                // Only what follows the last line end can have been cut.
                guard index == lines.count - 1 else {
                    throw .badLine(path: path, number: index + 1, reason: Self.reason(error))
                }
                isCut = true
            }
        }
        guard !events.isEmpty else { throw .noRun(path: path) }
        self.init(name: name, events: events, isCut: isCut)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has another type"
        default: "it is not JSON"
        }
    }
}
