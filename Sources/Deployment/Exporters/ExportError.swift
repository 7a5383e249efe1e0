public import BitCore
internal import Foundation

/// Why an export did not happen.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    case folder(path: String, reason: String)
    case file(FileError)

    public var description: String {
        switch self {
        case .folder(let path, let reason): "cannot make the folder \(path): \(reason)"
        case .file(let error): error.description
        }
    }
}

/// Makes a folder and those above it, where they are missing.
func makeFolder(_ path: String) throws(ExportError) {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw .folder(path: path, reason: error.localizedDescription)
    }
}
