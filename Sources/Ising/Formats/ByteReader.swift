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

    mutating func skip(_ count: Int) { position += count }

    /// Numbers of the named type of NumPy, the first `from` bytes ahead and each `stride` bytes behind the one before. Does not move.
    func numbers(_ type: NumberType, count: Int, from: Int = 0, stride: Int, _ what: String) throws(ProblemFileError) -> [Double] {
        try column(count, from: from, stride: stride, width: type.width, what) { (bytes, place) -> Double? in
            let value: Double? =
                switch type {
                case .float32: Double(Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))))
                case .float64: Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
                default: Self.whole(type, bytes, place).flatMap { Double(exactly: $0) }
                }
            return value.flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// Whole numbers of the named type from 0 up to but not including `limit`.
    /// - Precondition: a type of whole numbers.
    func indices(_ type: NumberType, count: Int, from: Int = 0, stride: Int, _ what: String, below limit: Int) throws(ProblemFileError) -> [Int] {
        try column(count, from: from, stride: stride, width: type.width, what) { (bytes, place) -> Int? in
            Self.whole(type, bytes, place).flatMap { $0 >= 0 && $0 < limit ? $0 : nil }
        }
    }

    @inline(__always)
    private func column<Value>(
        _ count: Int, from: Int, stride: Int, width: Int, _ what: String, _ read: (UnsafeRawBufferPointer, Int) -> Value?
    ) throws(ProblemFileError) -> [Value] {
        guard count == 0 || remaining >= from + (count - 1) * stride + width else { throw fault("the file ends within \(what); complete it") }
        var values: [Value] = []
        values.reserveCapacity(count)
        let start = position + from
        let good = bytes.withUnsafeBytes { bytes in
            for index in 0..<count {
                guard let value = read(bytes, start + index * stride) else { return false }
                values.append(value)
            }
            return true
        }
        guard good else {
            throw ProblemFileError(
                name, .badBytes(offset: start + values.count * stride, reason: "\(what) is out of its range, or not a finite number; correct it"))
        }
        return values
    }

    @inline(__always)
    private static func whole(_ type: NumberType, _ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int? {
        switch type {
        case .int8: Int(bytes.loadUnaligned(fromByteOffset: place, as: Int8.self))
        case .int16: Int(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int16.self)))
        case .int32: Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)))
        case .int64: Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int64.self)))
        case .uint8: Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt8.self))
        case .uint16: Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
        case .uint32: Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
        case .uint64: Int(exactly: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
        case .float32, .float64: nil
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
