/// Reads little-endian values from bytes one after the other. Nothing is read beyond the end.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var position: Int
    let name: String

    init(_ bytes: [UInt8], from position: Int = 0, name: String) {
        self.bytes = bytes
        self.position = position
        self.name = name
    }

    var remaining: Int { bytes.count - position }

    func fault(_ reason: String) -> ProblemFileError { ProblemFileError(name, .badBytes(offset: position, reason: reason)) }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ what: String) throws(ProblemFileError) -> Value {
        let width = Value.bitWidth / 8
        guard remaining >= width else { throw fault("the file ends within \(what); complete it") }
        defer { position += width }
        return nextInteger(type, at: position)
    }

    /// - Precondition: the value is within the bytes.
    private func nextInteger<Value: FixedWidthInteger>(_ type: Value.Type, at place: Int) -> Value {
        bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Value.self)) }
    }

    mutating func slice(_ count: Int, _ what: String) throws(ProblemFileError) -> [UInt8] {
        guard remaining >= count else { throw fault("the file ends within \(what); complete it") }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// A number of the named type of NumPy.
    mutating func number(_ type: NumberType, _ what: String) throws(ProblemFileError) -> Double {
        let start = position
        let value: Double?
        switch type {
        case .float32: value = Double(Float(bitPattern: try integer(UInt32.self, what)))
        case .float64: value = Double(bitPattern: try integer(UInt64.self, what))
        default: value = Double(exactly: try index(type, what))
        }
        guard let value, value.isFinite else {
            position = start
            throw fault("\(what) is not a finite number that a Double holds exactly; correct it")
        }
        return value
    }

    /// A whole number of the named type of NumPy; the types of real numbers have none.
    mutating func index(_ type: NumberType, _ what: String) throws(ProblemFileError) -> Int {
        switch type {
        case .int8: return Int(try integer(Int8.self, what))
        case .int16: return Int(try integer(Int16.self, what))
        case .int32: return Int(try integer(Int32.self, what))
        case .int64: return Int(try integer(Int64.self, what))
        case .uint8: return Int(try integer(UInt8.self, what))
        case .uint16: return Int(try integer(UInt16.self, what))
        case .uint32: return Int(try integer(UInt32.self, what))
        case .uint64:
            guard let value = Int(exactly: try integer(UInt64.self, what)) else { throw fault("\(what) is too large; correct it") }
            return value
        case .float32, .float64: preconditionFailure("a real number is not an index")
        }
    }
}

/// The types of numbers a binary file may hold, by the names NumPy gives them.
enum NumberType: String {
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64

    var isWhole: Bool { self != .float32 && self != .float64 }

    var width: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }
}
