internal import BinaryInference
internal import BitCore
internal import Datasets

/// A teacher's scores of training items: from a file of scores, or from a model that is run over the items once.
enum TeacherScores {
    /// The array of a file of scores: float32, [items of the whole training part × classes].
    static let arrayName = "scores"

    /// - Parameters:
    ///   - whole: the whole training part, in the order of the file.
    ///   - chosen: the items trained on.
    /// - Returns: the chosen items' scores.
    static func load(_ path: String, _ whole: Dataset, chosen: [Int], parallel: Parallel, _ control: RunControl) throws -> Tensor {
        let file = try Safetensors(contentsOf: path)
        if file.entry(arrayName) != nil {
            let scores: Tensor
            do throws(Safetensors.Fault) {
                scores = try file.tensor(arrayName, shape: [whole.count, whole.classCount])
            } catch {
                throw SafetensorsError.fault(path: path, error)
            }
            return selecting(scores, chosen)
        }
        let model = try LoadedModel(path: path).model
        guard model.inputCount == whole.featureCount, model.classes == whole.classCount else {
            throw ConfigurationError(
                path: path,
                reason:
                    "the teacher takes \(model.inputCount) values and tells \(model.classes) classes apart, but \(whole.name) has \(whole.featureCount) and "
                    + "\(whole.classCount); choose a teacher of the same data")
        }
        let session = InferenceSession(model, parallel: parallel)
        var scores: [Float] = []
        scores.reserveCapacity(chosen.count * whole.classCount)
        let chunk = 1024
        for start in stride(from: 0, to: chosen.count, by: chunk) {
            let end = Swift.min(start + chunk, chosen.count)
            let items = try whole.selecting(chosen[start..<end]).loaded(parallel: parallel)
            scores += session.realScores(items.features, count: items.count).map(Float.init)
            control.onProgress(Progress(stage: "asking the teacher", completed: end, total: chosen.count, unit: "items"))
        }
        return Tensor(scores, shape: [chosen.count, whole.classCount])
    }

    private static func selecting(_ scores: Tensor, _ chosen: [Int]) -> Tensor {
        let classes = scores.shape[1]
        return scores.withUnsafeElements { scores in
            Tensor(chosen.flatMap { scores[$0 * classes..<($0 + 1) * classes] }, shape: [chosen.count, classes])
        }
    }
}
