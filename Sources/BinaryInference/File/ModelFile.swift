internal import BitCore

/// The names that a model file is made of. The module's README is the specification.
enum ModelFile {
    static let version = "1"
    static let versionKey = "spinflip.version"
    static let graphKey = "spinflip.graph"
    static let checksumKey = "spinflip.checksum"

    /// CRC-32 of the graph's text and then every array's bytes in order of name, as eight hexadecimal digits.
    static func checksum(graph: String, _ container: Safetensors) -> String {
        var crc = CRC32()
        crc.update(Array(graph.utf8)[...])
        for entry in container.entries.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) { crc.update(entry.bytes) }
        let digits = String(crc.value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// CRC-32 as in zlib, gzip and PNG: reflected polynomial 0xEDB88320, start and end inverted.
struct CRC32 {
    private var state = ~UInt32(0)

    /// table[b]: the remainder of byte b.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    var value: UInt32 { ~state }

    mutating func update(_ bytes: ArraySlice<UInt8>) {
        var state = state
        Self.table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                for byte in bytes { state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8 }
            }
        }
        self.state = state
    }
}
