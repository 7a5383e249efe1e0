internal import BinaryNN
internal import BitCore
internal import Datasets

/// What one step works on.
struct TrainingBatch: Sendable {
    var input: Activation
    var labels: [Int]
    /// The items' places in the training data.
    var items: ArraySlice<Int>
}

/// Makes batches: items chosen, read, augmented, encoded. A value, and the same from any thread.
struct BatchMaker: Sendable {
    var data: Dataset
    var options: TrainingOptions
    var shape: Shape
    /// Threads for one batch.
    var context: ExecutionContext

    func batch(_ items: ArraySlice<Int>, epoch: Int) throws(DatasetError) -> TrainingBatch {
        // Without augmentation, bytes in memory are encoded where they lie.
        guard data.isStreamed || !options.augmentation.isEmpty else {
            return TrainingBatch(
                input: Evaluation.input(data, items, options.encoding, shape, context), labels: items.map { data.labels[$0] }, items: items)
        }
        let batch = try options.augmentation.load(data, ids: items, epoch: epoch, seed: options.seed, parallel: context.parallel)
        return TrainingBatch(input: Evaluation.input(batch, 0..<batch.count, options.encoding, shape, context), labels: batch.labels, items: items)
    }
}
