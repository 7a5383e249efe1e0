/// Named arrays in one file: the safetensors container (https://github.com/huggingface/safetensors), which NumPy, PyTorch and others read.
///
/// A file is the length N of the header (8 bytes, little-endian), N bytes of JSON, then the data of all arrays without gaps. Written here:
/// wide element types first, then in the order of adding, and the header padded with spaces so that all data is aligned to its element
/// size and the file is a function of its content.
public struct Safetensors: Sendable, Equatable {
    /// Element types, of those the format knows, that this project uses.
    public enum ElementType: String, Sendable, CaseIterable {
        case float32 = "F32"
        case int32 = "I32"
        case uint64 = "U64"
        case uint8 = "U8"

        /// Bytes an element takes.
        public var size: Int {
            switch self {
            case .float32, .int32: 4
            case .uint64: 8
            case .uint8: 1
            }
        }
    }

    /// One array, its elements little-endian and row-major.
    public struct Entry: Sendable, Equatable {
        public let name: String
        public let type: ElementType
        public let shape: [Int]
        /// The elements: `shape`'s product times `type.size` bytes.
        public let bytes: ArraySlice<UInt8>
    }

    /// Free text beside the arrays.
    public var metadata: [String: String]
    /// The arrays, in the order of adding, or of the file.
    public private(set) var entries: [Entry] = []
    private var positions: [String: Int] = [:]

    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// The array of that name.
    public func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// - Precondition: the name is new and not `__metadata__`, and the bytes fill the shape.
    package mutating func add(_ entry: Entry) {
        precondition(entry.name != Self.metadataKey && positions[entry.name] == nil, "the array name \"\(entry.name)\" is taken")
        precondition(
            entry.bytes.count == entry.shape.reduce(1, *) * entry.type.size,
            "\(entry.bytes.count) bytes do not fill \(entry.type.rawValue) \(entry.shape)")
        positions[entry.name] = entries.count
        entries.append(entry)
    }

    static let metadataKey = "__metadata__"
}

extension Safetensors {
    /// Why bytes are not a safetensors file, or lack something that was asked for.
    public enum Fault: Error, Hashable, Sendable {
        /// Fewer than the 8 bytes of the length.
        case tooShort(bytes: Int)
        /// The header's length is more than the file has, or than the limit.
        case headerLength(UInt64, available: Int)
        case header(JSONFault)
        /// The header is not an object, or does not start with `{`.
        case notAnObject
        /// Metadata that is not an object of strings.
        case metadata
        /// An array's description lacks a field, has one too many, or one of the wrong type.
        case description(name: String)
        case elementType(name: String, String)
        /// An extent is negative, or the product of the extents overflows.
        case shape(name: String)
        /// The offsets are not begin <= end <= data.
        case offsets(name: String)
        /// The offsets do not hold what type and shape say.
        case size(name: String, expected: Int, found: Int)
        /// An array does not start where the one before it ends.
        case gap(name: String)
        /// Bytes after the last array.
        case trailing(bytes: Int)
        case missing(name: String)
        case wrongType(name: String, expected: ElementType, found: ElementType)
        /// An array has another shape than the reader needs.
        case wrongShape(name: String, expected: [Int], found: [Int])
        /// NaN or infinity among numbers that must be finite.
        case notFinite(name: String)
        case paddingBits(name: String)
    }
}

extension Safetensors.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let bytes): "\(bytes) bytes are too few for a safetensors file"
        case .headerLength(let length, let available): "its header claims \(length) bytes where at most \(available) are possible"
        case .header(let fault): "its JSON header has \(fault)"
        case .notAnObject: "its header is not a JSON object"
        case .metadata: "its __metadata__ is not an object of strings"
        case .description(let name): "array \"\(name)\" is not described by dtype, shape and data_offsets"
        case .elementType(let name, let type): "array \"\(name)\" has the element type \(type), which is not supported"
        case .shape(let name): "array \"\(name)\" has an impossible shape"
        case .offsets(let name): "array \"\(name)\" has offsets outside the file"
        case .size(let name, let expected, let found): "array \"\(name)\" needs \(expected) bytes but its offsets span \(found)"
        case .gap(let name): "array \"\(name)\" does not start where the one before it ends"
        case .trailing(let bytes): "\(bytes) bytes belong to no array"
        case .missing(let name): "array \"\(name)\" is missing"
        case .wrongType(let name, let expected, let found): "array \"\(name)\" holds \(found.rawValue), not \(expected.rawValue)"
        case .wrongShape(let name, let expected, let found): "array \"\(name)\" has shape \(found), not \(expected)"
        case .notFinite(let name): "array \"\(name)\" has a NaN or an infinity"
        case .paddingBits(let name): "array \"\(name)\" has padding bits set"
        }
    }
}

/// A fault and the file that has it.
public enum SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    case fault(path: String, Safetensors.Fault)

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .fault(let path, let fault): "\(path): \(fault)"
        }
    }
}
