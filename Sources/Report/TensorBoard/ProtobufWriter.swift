/// The wire format of protocol buffers, writing only: a key (field number and wire type, as a varint), then the value.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// Wire type 0.
    mutating func write(_ value: UInt64, field: Int) {
        varint(UInt64(field) << 3 | 0)
        varint(value)
    }

    /// Wire type 1.
    mutating func write(_ value: Double, field: Int) {
        varint(UInt64(field) << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Wire type 2.
    mutating func write(_ value: [UInt8], field: Int) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func write(_ value: String, field: Int) { write(Array(value.utf8), field: field) }

    /// Wire type 5.
    mutating func write(_ value: Float, field: Int) {
        varint(UInt64(field) << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}
