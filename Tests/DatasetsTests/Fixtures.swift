import CZlib
import Datasets
import Foundation

/// A folder of its own for a test's files.
struct Scratch {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spinflip-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

/// An IDX file with these extents and bytes, whether or not they fit.
func idx(_ extents: [UInt32], _ bytes: [UInt8], magic: UInt32? = nil) -> [UInt8] {
    ([magic ?? 0x0800 | UInt32(extents.count)] + extents).flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
        + bytes
}

func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    precondition(
        deflateInit2_(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    var input = bytes
    let room = Int(deflateBound(&stream, UInt(bytes.count))) + 64
    let output = [UInt8](unsafeUninitializedCapacity: room) { target, count in
        input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress!
            stream.avail_out = UInt32(room)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            count = room - Int(stream.avail_out)
        }
    }
    deflateEnd(&stream)
    return output
}

let dataFolder = ProcessInfo.processInfo.environment["SPINFLIP_DATA"]

/// The error a body throws, or nil.
func fault(_ body: () throws -> Void) -> DatasetError.Fault? {
    do { try body() } catch let error as DatasetError { return error.fault } catch { return nil }
    return nil
}

/// A zlib stream, and CRC-32 as in PNG.
func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { target, count in
        precondition(compress2(target.baseAddress!, &length, bytes, UInt(bytes.count), 9) == Z_OK)
        count = Int(length)
    }
}

func crc(_ bytes: [UInt8]) -> UInt32 { UInt32(crc32(0, bytes, UInt32(bytes.count))) }
