internal import BitCore
private import Foundation
internal import Synchronization

/// What is done about picture files that are cut off, or are no pictures. A file whose name says JPEG and whose bytes say PNG is no such file: bytes
/// decide how one is read.
public enum DamagedImages: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing beforehand: the first that is read ends the run, with its name.
    case fail
    /// Beginning and end of every file are looked at beforehand, and what does not look whole is decoded; what cannot be is left out and counted. Damage in
    /// the middle of a file that begins and ends well is found when it is read, and then ends the run.
    case skip
    /// Every file is decoded beforehand, which takes as long as an epoch's reading; what cannot be is left out and counted.
    case decode
}

extension ImageFolder.Listing {
    /// The listing without the files that `policy` leaves out, and those.
    func checked(_ policy: DamagedImages, parallel: Parallel) -> (kept: Self, damaged: [String]) {
        guard policy != .fail, !paths.isEmpty else { return (self, []) }
        let found = Mutex([Int]())
        parallel.forEach(paths.count) { items in
            for item in items where !Self.isWhole(paths[item], policy) { found.withLock { $0.append(item) } }
        }
        let damaged = Set(found.withLock { $0 })
        guard !damaged.isEmpty else { return (self, []) }
        var kept = Self()
        for item in paths.indices where !damaged.contains(item) {
            kept.paths.append(paths[item])
            kept.labels.append(labels[item])
        }
        return (kept, damaged.sorted().map { paths[$0] })
    }

    private static func isWhole(_ path: String, _ policy: DamagedImages) -> Bool {
        if policy == .skip, looksWhole(path) { return true }
        return (try? DecodedImage(path: path)) != nil
    }

    /// A JPEG ends in the marker FF D9, a PNG in an IEND chunk. Writers append things to both, so that a file without them here may still be whole.
    private static func looksWhole(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        guard let start = try? file.read(upToCount: 8), DecodedImage.isPicture(start), let size = try? file.seekToEnd(), size >= 20,
            (try? file.seek(toOffset: size - 12)) != nil, let end = try? file.read(upToCount: 12)
        else { return false }
        let isPNG = start.first == 0x89
        return isPNG ? end.dropFirst(4).starts(with: Array("IEND".utf8)) : end.suffix(2).elementsEqual([0xFF, 0xD9])
    }
}
