import BitCore
import Foundation
import Testing

@Suite struct AtomicFileTests {
    /// A folder of its own for one test, removed afterwards.
    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-atomic-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test(arguments: [0, 1, 5, 70_000])
    func writesAndReadsBack(_ count: Int) throws {
        try Self.inFolder { folder in
            let path = folder.appending(path: "file.bin").path
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try AtomicFile.write([1, 2, 3], to: path)
            try AtomicFile.write(bytes, to: path)
            #expect(try WholeFile.read(path) == bytes)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file.bin"])
        }
    }

    @Test(arguments: [0, 1, 999])
    func aFullDiskLeavesTheOldFile(_ room: Int) throws {
        try Self.inFolder { folder in
            let path = folder.appending(path: "file.bin").path
            try AtomicFile.write("old", to: path)
            var left = room
            let error = #expect(throws: FileError.self) {
                try AtomicFile.write([UInt8](repeating: 7, count: 1000), to: path) { descriptor, bytes, count in
                    guard left > 0 else {
                        errno = ENOSPC
                        return -1
                    }
                    let taken = min(left, count, 100)
                    left -= taken
                    return write(descriptor, bytes, taken)
                }
            }
            #expect(error == .system(.write, path: path, code: ENOSPC))
            #expect(try WholeFile.read(path) == Array("old".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file.bin"])
        }
    }

    @Test func shortAndInterruptedWritesGoOn() throws {
        try Self.inFolder { folder in
            let path = folder.appending(path: "file.bin").path
            let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
            var calls = 0
            try AtomicFile.write(bytes, to: path) { descriptor, source, count in
                calls += 1
                guard calls % 3 != 0 else {
                    errno = EINTR
                    return -1
                }
                return write(descriptor, source, min(count, 77))
            }
            #expect(try WholeFile.read(path) == bytes)
        }
    }

    @Test func foldersPipesAndMissingFilesAreErrors() throws {
        try Self.inFolder { folder in
            let pipe = folder.appending(path: "pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: FileError.notAFile(path: pipe)) { try WholeFile.read(pipe) }
            #expect(throws: FileError.notAFile(path: pipe)) { try AtomicFile.write("x", to: pipe) }
            #expect(throws: FileError.notAFile(path: folder.path)) { try WholeFile.read(folder.path) }
            #expect(throws: FileError.notAFile(path: folder.path)) { try AtomicFile.write("x", to: folder.path) }
            let missing = folder.appending(path: "none/file").path
            #expect(throws: FileError.system(.open, path: missing, code: ENOENT)) { try WholeFile.read(missing) }
            #expect(throws: FileError.system(.open, path: missing, code: ENOENT)) { try AtomicFile.write("x", to: missing) }
            let big = folder.appending(path: "big").path
            try AtomicFile.write("12345", to: big)
            #expect(throws: FileError.tooLarge(path: big, bytes: 5, limit: 4)) { try WholeFile.read(big, limit: 4) }
        }
    }

    @Test func aLinkStaysALink() throws {
        try Self.inFolder { folder in
            let (target, link) = (folder.appending(path: "target").path, folder.appending(path: "link").path)
            try AtomicFile.write("old", to: target)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            try AtomicFile.write("new", to: link)
            #expect(try WholeFile.read(target) == Array("new".utf8))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        }
    }
}
