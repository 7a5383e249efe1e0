public import BitCore
internal import Foundation

/// Why an export did not happen.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    case folder(path: String, reason: String)
    case file(FileError)
    /// An operation on real numbers, for which there is no C yet.
    case realOperation(node: String, operation: String)
    /// An operation on slices of bits, for which there is no C yet.
    case sliceOperation(node: String, operation: String)

    public var description: String {
        switch self {
        case .folder(let path, let reason): "cannot make the folder \(path): \(reason)"
        case .file(let error): error.description
        case .sliceOperation(let node, let operation):
            "node \"\(node)\" (\(operation)) joins or slices bits in a way that C is not written for; export as safetensors"
        case .realOperation(let node, let operation):
            "node \"\(node)\" (\(operation)) computes with real numbers, and C is written for bits and integers only; export as safetensors"
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
