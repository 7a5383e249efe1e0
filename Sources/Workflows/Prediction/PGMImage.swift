/// A grey image in the portable graymap formats P5 (binary) and P2 (text), with at most 8 bits a pixel.
/// Format: netpbm's pgm(5). Pixels are taken as they stand; a maximum other than 255 rescales nothing.
struct PGMImage: Hashable {
    var width: Int
    var height: Int
    var pixels: [UInt8]

    /// True when the bytes begin like one.
    static func isPGM(_ bytes: [UInt8]) -> Bool {
        bytes.count > 2 && bytes[0] == UInt8(ascii: "P") && (bytes[1] == UInt8(ascii: "5") || bytes[1] == UInt8(ascii: "2"))
            && (isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#"))
    }

    /// - Precondition: `isPGM(bytes)`.
    init(_ bytes: [UInt8], path: String) throws(InputFileError) {
        var reader = Reader(bytes: bytes, path: path)
        let isText = bytes[1] == UInt8(ascii: "2")
        width = try reader.number("width", limit: 1 << 20)
        height = try reader.number("height", limit: 1 << 20)
        let maximum = try reader.number("maximum", limit: 65535)
        guard width > 0, height > 0, maximum > 0 else { throw reader.fault("its header says \(width) × \(height) pixels up to \(maximum)") }
        guard maximum < 256 else { throw reader.fault("its pixels go up to \(maximum), more than a byte holds") }
        let count = width * height
        // Every pixel takes at least a byte in either form, so a lying header allocates nothing.
        guard bytes.count - reader.position >= count else {
            throw reader.fault("its header says \(count) pixels but \(Swift.max(bytes.count - reader.position, 0)) bytes follow")
        }
        if isText {
            pixels = []
            pixels.reserveCapacity(count)
            for _ in 0..<count { pixels.append(UInt8(try reader.number("pixel", limit: maximum))) }
        } else {
            // Exactly one white-space byte after the maximum.
            let start = reader.position + 1
            guard bytes.count - start >= count else { throw reader.fault("its header says \(count) pixels but \(bytes.count - start) bytes follow") }
            pixels = Array(bytes[start..<start + count])
            guard pixels.allSatisfy({ $0 <= maximum }) else { throw reader.fault("a pixel is larger than its maximum of \(maximum)") }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private struct Reader {
        let bytes: [UInt8]
        let path: String
        var position = 2

        func fault(_ reason: String) -> InputFileError { InputFileError(path, .notAnImage(reason)) }

        /// A decimal number after white space and comments.
        mutating func number(_ what: String, limit: Int) throws(InputFileError) -> Int {
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "#") {
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                } else if isSpace(bytes[position]) {
                    position += 1
                } else {
                    break
                }
            }
            var value = 0
            var digits = 0
            while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - UInt8(ascii: "0"))
                digits += 1
                position += 1
                guard value <= limit else { throw fault("its \(what) is larger than \(limit)") }
            }
            guard digits > 0 else { throw fault("its \(what) is missing") }
            return value
        }
    }
}
