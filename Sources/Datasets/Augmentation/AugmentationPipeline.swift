public import BitCore

/// What happens to training images, one stage after another. What an item gets depends on seed, epoch, item and the stage's place among those of its
/// kind alone: not on batches, threads or where a run was taken up again. In text, stages with commas: `pad-crop:4,flip,cutout:8`; nothing is ``.
public struct AugmentationPipeline: Sendable, Hashable {
    public var stages: [Augmentation]

    public init(_ stages: [Augmentation] = []) { self.stages = stages }

    /// True when images stay as they are.
    public var isEmpty: Bool { stages.isEmpty }

    /// The images of `data`, changed.
    /// - Parameter ids: the number of each item in its whole set, which names its random stream.
    /// - Precondition: items are images (height × width [× channels]) in memory; one id for each.
    public func apply(_ data: Dataset, ids: some Collection<Int>, epoch: Int, seed: UInt64, parallel: Parallel = .serial) -> Dataset {
        apply(data, ids: ids, epoch: epoch, seed: seed, firstStage: 0, parallel: parallel)
    }

    /// Items of a set, in memory and changed. A random resized crop that stands first is cut from whole pictures, where the set has such.
    /// - Parameter ids: the items wanted, which name their random streams too.
    /// - Throws: `DatasetError` when an item cannot be read.
    public func load(
        _ data: Dataset, ids: some Collection<Int>, epoch: Int, seed: UInt64, parallel: Parallel = .serial
    ) throws(DatasetError) -> Dataset {
        let chosen = data.selecting(ids)
        guard chosen.isStreamed else { return apply(chosen, ids: ids, epoch: epoch, seed: seed, parallel: parallel) }
        guard case .randomResizedCrop(let crop)? = stages.first else {
            return apply(try chosen.loaded(parallel: parallel), ids: ids, epoch: epoch, seed: seed, parallel: parallel)
        }
        let stream = streams(seed: seed, epoch: epoch)[0]
        let numbers = Array(ids)
        let loaded = try chosen.loaded(parallel: parallel) { item, height, width in
            var own = stream.split(UInt64(numbers[item]))
            return crop.region(height, width, &own)
        }
        return apply(loaded, ids: ids, epoch: epoch, seed: seed, firstStage: 1, parallel: parallel)
    }

    private func apply(
        _ data: Dataset, ids: some Collection<Int>, epoch: Int, seed: UInt64, firstStage: Int, parallel: Parallel
    ) -> Dataset {
        guard stages.count > firstStage, data.count > 0 else { return data }
        guard let extent = ImageExtent(data.itemShape) else { preconditionFailure("items of shape \(data.itemShape) are not images") }
        let ids = Array(ids)
        precondition(ids.count == data.count, "\(ids.count) ids for \(data.count) items")
        let stages = self.stages.dropFirst(firstStage).map(\.stage)
        let streams = Array(streams(seed: seed, epoch: epoch).dropFirst(firstStage))
        let size = extent.count
        let changed = [UInt8](unsafeUninitializedCapacity: data.count * size) { target, filled in
            data.features.withUnsafeBufferPointer { source in
                nonisolated(unsafe) let (source, target) = (source, target)
                parallel.forEach(data.count, grain: Swift.max(1, 16_384 / size)) { items in
                    // Two images of scratch: each stage reads one and writes the other; the last writes the target.
                    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * size) { scratch in
                        for item in items {
                            let goal = UnsafeMutableBufferPointer(rebasing: target[item * size..<(item + 1) * size])
                            var from = UnsafeBufferPointer(rebasing: source[item * size..<(item + 1) * size])
                            for (index, stage) in stages.enumerated() {
                                let half = index % 2 * size
                                let to = index == stages.count - 1 ? goal : UnsafeMutableBufferPointer(rebasing: scratch[half..<half + size])
                                var stream = streams[index].split(UInt64(ids[item]))
                                stage.apply(from, to: to, extent, &stream)
                                from = UnsafeBufferPointer(to)
                            }
                        }
                    }
                }
            }
            filled = data.count * size
        }
        return data.replacing(features: changed, labels: data.labels)
    }

    /// For each stage the stream that items split theirs from. A second stage of a kind has a stream of its own.
    private func streams(seed: UInt64, epoch: Int) -> [SeededGenerator] {
        var seen: [String: UInt64] = [:]
        return stages.map { augmentation in
            let name = augmentation.stage.streamName
            let earlier = seen[name, default: 0]
            seen[name] = earlier + 1
            var stream = SeededGenerator(seed: seed).split(name)
            if earlier > 0 { stream = stream.split("again").split(earlier) }
            return stream.split(UInt64(epoch))
        }
    }
}

extension AugmentationPipeline: LosslessStringConvertible, Codable {
    public var description: String { stages.map(\.description).joined(separator: ",") }

    /// Reads what `description` writes, and `none`; nil for anything else.
    public init?(_ text: String) {
        self.init()
        if text.isEmpty || text == "none" { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let stage = Augmentation(String(part)) else { return nil }
            stages.append(stage)
        }
        // More are a slip; and a pipeline that a damaged checkpoint names shall not run for hours.
        guard stages.count <= 32 else { return nil }
    }

    public init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard let pipeline = AugmentationPipeline(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\"\(text)\" is no augmentation: \(Augmentation.forms)"))
        }
        self = pipeline
    }

    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
