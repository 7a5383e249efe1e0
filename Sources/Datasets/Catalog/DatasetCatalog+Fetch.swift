internal import BitCore
private import Foundation

extension DatasetCatalog {
    /// How far a fetch has come.
    public struct FetchProgress: Sendable, Hashable {
        public var file: String
        public var received: Int
        /// As the server announces; nil when it does not.
        public var expected: Int?
    }

    /// Gets what lies at an address: no more than `limit` bytes, telling bytes received and expected as they come.
    public typealias Download =
        @Sendable (_ address: String, _ limit: Int, _ progress: @escaping @Sendable (Int, Int?) -> Void) async throws(DatasetError) -> [UInt8]

    /// Fetches the files of a published set that are missing or damaged, and checks each before it takes its name.
    /// - Returns: the paths of the files fetched; empty when all were there and good.
    /// - Throws: `DatasetError`; files fetched before the failure stay.
    public func fetch(
        _ name: String, download: Download = DatasetCatalog.downloadOverHTTP, progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
    ) async throws(DatasetError) -> [String] {
        let set = try published(name)
        if !set.isFetchable, !set.files.allSatisfy({ existing($0, of: set) != nil }) {
            throw DatasetError(name, .badOption("is not published file by file and cannot be fetched; \(advice(set))"))
        }
        let good = Set(try verify(name).filter(\.isGood).map(\.path))
        let wanted = set.files.filter { file in existing(file, of: set).map { !good.contains($0) } ?? true }
        if let archive = set.archive, !wanted.isEmpty { return try await fetch(wanted, of: set, from: archive, download, progress) }
        var fetched: [String] = []
        for file in wanted {
            let path = path(file, of: set)
            try store(try await fetch(file, of: set, download, progress), path, of: set)
            fetched.append(path)
        }
        return fetched
    }

    private func store(_ bytes: [UInt8], _ path: String, of set: PublishedSet) throws(DatasetError) {
        do {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(set.folders[0])", withIntermediateDirectories: true)
            try AtomicFile.write(bytes, to: path)
        } catch let error as FileError {
            throw DatasetError(path, .badOption("cannot be stored: \(error)"))
        } catch {
            throw DatasetError(path, .badOption("cannot be stored: its folder cannot be made; check \(folder)"))
        }
    }

    /// Files out of one archive, stored as they lie in it; none before all were found right.
    private func fetch(
        _ files: [PublishedSet.File], of set: PublishedSet, from archive: PublishedSet.Archive, _ download: Download,
        _ progress: @escaping @Sendable (FetchProgress) -> Void
    ) async throws(DatasetError) -> [String] {
        // A file as published comes before one without its .gz, so a damaged one would hide what is fetched.
        if let hiding = files.lazy.map({ path($0, of: set) }).first(where: Self.isThere) {
            throw DatasetError(hiding, .badOption("is not the published file and would hide the fetched one; remove it"))
        }
        let name = archive.address.split(separator: "/").last.map(String.init) ?? archive.address
        // Other wrappings of the same files may be a little longer.
        let bytes = try await download(archive.address, archive.bytes + 1 << 20) { received, expected in
            progress(FetchProgress(file: name, received: received, expected: expected))
        }
        let content = try TarArchive.files(
            ByteSource(bytes, name: archive.address), limits: Dictionary(uniqueKeysWithValues: files.map { ($0.plainName, $0.bytes) }))
        for file in files {
            guard let bytes = content[file.plainName] else { throw DatasetError(archive.address, .badArchive(reason: "\(file.plainName) is not in it")) }
            try Self.check(ByteSource(bytes, name: "\(archive.address), \(file.plainName)"), against: file)
        }
        return try files.map { file throws(DatasetError) in
            let path = "\(folder)/\(set.folders[0])/\(file.plainName)"
            try store(content[file.plainName] ?? [], path, of: set)
            return path
        }
    }

    /// The file's bytes from the first mirror that has the right ones.
    private func fetch(
        _ file: PublishedSet.File, of set: PublishedSet, _ download: Download, _ progress: @escaping @Sendable (FetchProgress) -> Void
    ) async throws(DatasetError) -> [UInt8] {
        var failure = DatasetError(file.name, .downloadFailed(reason: "it has no address"))
        for mirror in set.mirrors {
            let address = mirror + file.name
            do throws(DatasetError) {
                // Compressed data is never much longer than the content.
                let bytes = try await download(address, file.bytes + 65_536) { received, expected in
                    progress(FetchProgress(file: file.name, received: received, expected: expected))
                }
                let source = ByteSource(bytes, name: address)
                guard source.isCompressed else { throw DatasetError(address, .notGzip) }
                try Self.check(source, against: file)
                return bytes
            } catch {
                failure = error
                if Task.isCancelled { break }
            }
        }
        throw failure
    }
}
