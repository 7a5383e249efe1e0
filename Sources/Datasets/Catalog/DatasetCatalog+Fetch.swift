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
        if set.mirrors.isEmpty, !set.files.allSatisfy({ existing($0, of: set) != nil }) {
            throw DatasetError(name, .badOption("is not published file by file and cannot be fetched; \(advice(set))"))
        }
        let good = Set(try verify(name).filter(\.isGood).map(\.path))
        var fetched: [String] = []
        for file in set.files {
            if let path = existing(file, of: set), good.contains(path) { continue }
            let path = path(file, of: set)
            let bytes = try await fetch(file, of: set, download, progress)
            do {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(set.folders[0])", withIntermediateDirectories: true)
                try AtomicFile.write(bytes, to: path)
            } catch let error as FileError {
                throw DatasetError(path, .badOption("cannot be stored: \(error)"))
            } catch {
                throw DatasetError(path, .badOption("cannot be stored: its folder cannot be made; check \(folder)"))
            }
            fetched.append(path)
        }
        return fetched
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
