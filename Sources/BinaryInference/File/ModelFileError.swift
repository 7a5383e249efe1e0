public import BitCore

/// Why a model file could not be read.
public enum ModelFileError: Error, Hashable, Sendable {
    case file(FileError)
    /// What is wrong, and the file (or the name given for bytes in memory).
    case fault(path: String, Fault)

    public enum Fault: Error, Hashable, Sendable {
        /// Not a sound safetensors file, or without an array that the graph needs.
        case container(Safetensors.Fault)
        /// A safetensors file without a graph of this project.
        case notAModel
        /// Made by a later version of the format.
        case version(String)
        /// A `spinflip.` entry of the metadata that this version does not know.
        case unknownMetadata(String)
        case checksum(expected: String, found: String)
        /// The graph's text is not sound JSON.
        case graph(JSONFault)
        /// A part of the graph is missing or of the wrong type or range.
        case field(String)
        /// A part of the graph that this version does not know.
        case unknownField(String)
        case unknownOperation(node: String, String)
        /// An array that no node reads.
        case unusedArray(String)
        /// The parts are sound but do not make a model.
        case model(ModelError)
    }
}

extension ModelFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .fault(let path, let fault): "\(path): \(fault)"
        }
    }
}

extension ModelFileError.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .container(let fault): fault.description
        case .notAModel: "this safetensors file holds no spinflip.graph, so it is not a packed model; write one by training or export"
        case .version(let version): "format version \(version) is not one that this program reads (\(ModelFile.version)); update the program"
        case .unknownMetadata(let key): "the metadata entry \(key) is unknown"
        case .checksum(let expected, let found): "its content has checksum \(found), not \(expected); the file is damaged, fetch it again"
        case .graph(let fault): "its graph has \(fault)"
        case .field(let name): "\(name) in its graph is missing or impossible"
        case .unknownField(let name): "\(name) in its graph is unknown"
        case .unknownOperation(let node, let operation): "node \"\(node)\" has the unknown operation \(operation)"
        case .unusedArray(let name): "array \"\(name)\" belongs to no node"
        case .model(let error): error.description
        }
    }
}
