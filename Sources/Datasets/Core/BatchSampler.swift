internal import BitCore

/// The order in which an epoch visits the items, and its cut into batches. The order of epoch e depends on the seed, e and the number of
/// items alone, so training can be taken up again at any epoch.
public struct BatchSampler: Sendable, Hashable {
    public let count: Int
    public let batchSize: Int
    public let seed: UInt64
    public let shuffles: Bool
    public let dropsRemainder: Bool

    /// - Parameters:
    ///   - count: number of items.
    ///   - batchSize: items a batch; 0 stands for all of them.
    ///   - dropsRemainder: leave out a last batch with fewer items than the others. It is kept by default.
    /// - Precondition: no number is negative.
    public init(count: Int, batchSize: Int, seed: UInt64, shuffles: Bool = true, dropsRemainder: Bool = false) {
        precondition(count >= 0 && batchSize >= 0, "\(count) items in batches of \(batchSize)")
        self.count = count
        self.batchSize = batchSize == 0 ? Swift.max(count, 1) : batchSize
        self.seed = seed
        self.shuffles = shuffles
        self.dropsRemainder = dropsRemainder
    }

    /// Batches an epoch has.
    public var batchesPerEpoch: Int {
        // Not (count + batchSize − 1) / batchSize, which overflows for a batch size near Int.max.
        count / batchSize + (dropsRemainder || count % batchSize == 0 ? 0 : 1)
    }

    /// Items in the order epoch `epoch` (from 0) visits them.
    public func order(epoch: Int) -> [Int] {
        guard shuffles else { return Array(0..<count) }
        var generator = SeededGenerator(seed: seed).split("batches").split(UInt64(epoch))
        return generator.permutation(count)
    }

    /// The batches of an epoch, each a slice of its order.
    public func batches(epoch: Int) -> [ArraySlice<Int>] {
        let order = order(epoch: epoch)
        return (0..<batchesPerEpoch).map { batch in order[batch * batchSize..<Swift.min(batch * batchSize + batchSize, count)] }
    }
}
