public import BitCore
internal import Synchronization

/// Reads single items on demand, from any thread.
public protocol ItemSource: Sendable {
    /// Writes an item's bytes.
    /// - Parameters:
    ///   - item: the source's number of it.
    ///   - region: the part of the picture to show, given its height and width; nil for the source's own choice. A source whose items are no
    ///     pictures passes over it.
    /// - Throws: `DatasetError`, which names the file at fault.
    func read(
        _ item: Int, region: (@Sendable (_ height: Int, _ width: Int) -> ImageRegion)?, into target: UnsafeMutableBufferPointer<UInt8>
    ) throws(DatasetError)
}

extension Dataset {
    /// Items that `source` reads on demand, numbered from 0.
    /// - Throws: `DatasetError` as for items in memory.
    public init(
        name: String, itemShape: Shape, source: any ItemSource, labels: [Int], classNames: [String], encodings: RecommendedEncodings = .bytes
    ) throws(DatasetError) {
        guard itemShape.count > 0, !classNames.isEmpty else { throw DatasetError(name, .empty) }
        if let item = labels.firstIndex(where: { $0 < 0 || $0 >= classNames.count }) {
            throw DatasetError(name, .labelOutOfRange(label: labels[item], item: item, classes: classNames.count))
        }
        self.init(
            unchecked: name, itemShape: itemShape, storage: .stream(source, numbers: Array(labels.indices)), labels: labels, classNames: classNames,
            encodings: encodings, scaling: nil)
    }

    /// True when items are read on demand.
    public var isStreamed: Bool {
        if case .stream = storage { true } else { false }
    }

    /// The set with its bytes in memory: itself, unless it is streamed.
    /// - Parameter region: for pictures, the part of each to show, by its place in this set, height and width; nil for the source's own choice.
    /// - Throws: `DatasetError` of the first item, in order, that cannot be read.
    public func loaded(
        parallel: Parallel = .serial, region: (@Sendable (_ item: Int, _ height: Int, _ width: Int) -> ImageRegion)? = nil
    ) throws(DatasetError) -> Dataset {
        guard case .stream(let source, let numbers) = storage else { return self }
        let size = featureCount
        let fault = Mutex(FirstFault())
        // Damaged items leave zeros, which nobody gets to see.
        var bytes = [UInt8](repeating: 0, count: count * size)
        bytes.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let target = buffer
            parallel.forEach(count) { items in
                for item in items {
                    let goal = UnsafeMutableBufferPointer(rebasing: target[item * size..<(item + 1) * size])
                    if let error = Self.read(item, numbers[item], of: source, region, into: goal) {
                        fault.withLock { $0.note(error, at: item) }
                        return
                    }
                }
            }
        }
        if let error = fault.withLock({ $0.error }) { throw error }
        return replacing(features: bytes, labels: labels)
    }

    private static func read(
        _ item: Int, _ number: Int, of source: any ItemSource, _ region: (@Sendable (Int, Int, Int) -> ImageRegion)?,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) -> DatasetError? {
        do throws(DatasetError) {
            if let region {
                try source.read(number, region: { region(item, $0, $1) }, into: target)
            } else {
                try source.read(number, region: nil, into: target)
            }
            return nil
        } catch {
            return error
        }
    }
}

extension LabelledData {
    /// Both parts in memory.
    /// - Throws: `DatasetError` when they take more than `limit` bytes or an item cannot be read.
    func loaded(limit: Int) throws(DatasetError) -> LabelledData {
        let bytes = (train.count + test.count).multipliedReportingOverflow(by: itemShape.count)
        guard !bytes.overflow, bytes.partialValue <= limit else {
            throw DatasetError(name, .badOption("its items take more than \(limit) bytes in memory; choose a smaller image size"))
        }
        return try LabelledData(train: train.loaded(), test: test.loaded())
    }
}

/// The error of the first item, in order, of those that had one.
private struct FirstFault: Sendable {
    private var item = Int.max
    private(set) var error: DatasetError?

    mutating func note(_ error: DatasetError, at item: Int) {
        guard item < self.item else { return }
        (self.item, self.error) = (item, error)
    }
}
