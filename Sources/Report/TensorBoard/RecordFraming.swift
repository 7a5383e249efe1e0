/// The frame of one record in a TFRecord file: its length in 8 little-endian bytes, the masked CRC-32C of these, the record, the masked CRC-32C
/// of the record.
public enum RecordFraming {
    /// Larger records are taken for damage: an event of scalars has a few kilobytes.
    public static let maximumLength = 1 << 24

    public static func frame(_ record: [UInt8]) -> [UInt8] {
        let length = bytes(UInt64(record.count))
        return length + bytes(CRC32C.masked(length)) + record + bytes(CRC32C.masked(record))
    }

    /// The whole records at the start of `file`, and the number of bytes they take. What follows is cut or damaged.
    public static func records(_ file: [UInt8]) -> (records: [[UInt8]], length: Int) {
        var records: [[UInt8]] = []
        var position = 0
        func word(_ start: Int, _ count: Int) -> UInt64 { file[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        while file.count - position >= 16 {
            let length = word(position, 8)
            guard length <= UInt64(maximumLength), UInt32(word(position + 8, 4)) == CRC32C.masked(file[position..<position + 8]) else { break }
            let start = position + 12
            let end = start + Int(length)
            guard end + 4 <= file.count, UInt32(word(end, 4)) == CRC32C.masked(file[start..<end]) else { break }
            records.append(Array(file[start..<end]))
            position = end + 4
        }
        return (records, position)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
