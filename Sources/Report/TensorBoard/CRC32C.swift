/// The cyclic redundancy check CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected), as in RFC 3720 B.4, and the masked form that record
/// files keep.
public enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { (byte: UInt32) in
        (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// `checksum("123456789") == 0xE3069283`.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
    }

    /// Rotated right by 15 bits, plus 0xA282EAD8: a checksum of bytes that hold checksums themselves is a poor one.
    public static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let crc = checksum(bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
