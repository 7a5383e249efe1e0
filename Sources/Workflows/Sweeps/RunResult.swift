internal import Foundation
internal import Report

/// What the store keeps of a run that is done.
struct RunResult: Sendable, Hashable, Codable {
    var testAccuracy: Double
    var trainAccuracy: Double?
    var trainLoss: Double?
    var flipRatio: Double?
    var imagesPerSecond: Double?
    var seconds: Double
    var peakBytes: Int?
    /// nil for a network that has no packed form, such as one with layer norm: its accuracy is then the network's own, after the last epoch.
    var modelPath: String?

    init(_ result: TrainingResult) {
        (testAccuracy, trainAccuracy, trainLoss) = (result.testAccuracy, result.trainAccuracy, result.trainLoss)
        (flipRatio, imagesPerSecond, seconds) = (result.flipRatio, result.imagesPerSecond, result.seconds)
        (peakBytes, modelPath) = (result.peakBytes, result.modelPath)
    }

    /// What a log says of a run that was trained to its end; nil when it was not.
    init?(_ log: RunLog, epochs: Int) {
        guard let last = log.epochs.last, last.epoch == epochs, let accuracy = last.testAccuracy else { return nil }
        (testAccuracy, trainAccuracy, trainLoss) = (accuracy, last.trainAccuracy, last.trainLoss)
        (flipRatio, imagesPerSecond, peakBytes) = (last.flipRatio, last.imagesPerSecond, last.peakBytes)
        seconds = log.epochs.reduce(0) { $0 + $1.seconds }
    }

    /// As the store keeps it: JSON with sorted keys.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Numbers and a text: encoding them does not fail.
        guard let data = try? encoder.encode(self) else { preconditionFailure("a result cannot be encoded: \(self)") }
        return String(decoding: data, as: UTF8.self)
    }

    init?(text: String) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let result = try? decoder.decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = result
    }
}
