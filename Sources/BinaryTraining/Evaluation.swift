public import BinaryNN
public import BitCore
public import Datasets

/// The inference pass of a network over data.
public enum Evaluation {
    /// Items as the network's input: signs packed, bytes scaled.
    public static func input(
        _ data: Dataset, _ items: some Collection<Int>, _ encoding: InputEncoding, _ shape: Shape, _ context: ExecutionContext
    ) -> Activation {
        switch encoding {
        case .binarised(let threshold): .packed(data.packed(items, threshold: threshold, as: shape, parallel: context.parallel))
        case .scaled: .real(data.tensor(items, encoding: encoding, as: shape, parallel: context.parallel))
        }
    }

    /// The class of every item: argmax of the scores, the lowest index at ties.
    /// - Throws: `DatasetError` when an item of a streamed set cannot be read.
    public static func classes(
        _ network: Network, _ parameters: ParameterStore, _ data: Dataset, _ encoding: InputEncoding, _ context: ExecutionContext,
        batchSize: Int = 512
    ) throws(DatasetError) -> [Int] {
        var classes: [Int] = []
        classes.reserveCapacity(data.count)
        let sampler = BatchSampler(count: data.count, batchSize: batchSize, seed: 0, shuffles: false)
        for items in sampler.batches(epoch: 0) {
            let batch: Activation
            if data.isStreamed {
                let read = try data.selecting(items).loaded(parallel: context.parallel)
                batch = input(read, 0..<read.count, encoding, network.input.shape, context)
            } else {
                batch = input(data, items, encoding, network.input.shape, context)
            }
            let scores = network.infer(batch, parameters, context).real(context)
            let width = scores.shape[1]
            scores.withUnsafeElements { scores in
                for item in 0..<items.count { classes.append(argmax(scores[item * width..<(item + 1) * width])) }
            }
        }
        return classes
    }

    /// Share of the items whose class is their label; NaN for no items.
    /// - Throws: `DatasetError` when an item of a streamed set cannot be read.
    public static func accuracy(
        _ network: Network, _ parameters: ParameterStore, _ data: Dataset, _ encoding: InputEncoding, _ context: ExecutionContext
    ) throws(DatasetError) -> Double {
        let classes = try classes(network, parameters, data, encoding, context)
        return Double(zip(classes, data.labels).count { $0 == $1 }) / Double(data.count)
    }
}
