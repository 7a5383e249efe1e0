/// How the demo trains one network of a family. What is the same for all: the digits, the model, seed and epochs.
struct DemoRecipe {
    var optimizer: String
    var settings: [String: String]

    /// Wide enough that 360 test images leave the families a margin above 95 %.
    static let model = "mlp:64-2048-10"
    static let epochs = 100
    static let batchSize = 64

    /// One recipe a family. Half a pixel of random shift stands for writers that the training part has not seen; real parameters (batch norm) use
    /// Adam in all. Documentation/Results says how the values were chosen.
    static let all = [
        DemoRecipe(optimizer: "adam", settings: ["learning-rate": "cosine:3e-3:1e-5"]),
        DemoRecipe(
            optimizer: "bop", settings: ["gamma": "cosine:3e-3:1e-6", "threshold": "3e-7", "learning-rate": "cosine:1e-2:1e-4"]),
        // The inputs are bytes: the first layer projects the gradient at its weights, the second the gradients at its outputs.
        DemoRecipe(
            optimizer: "qpsbgd", settings: ["step": "cosine:1e-2:1e-4", "learning-rate": "cosine:1e-2:1e-4", "signal": "sums", "clip": "1"]),
    ]

    func configuration(seed: UInt64, epochs: Int) -> TrainingConfiguration {
        TrainingConfiguration(
            model: Self.model, dataset: "digits", optimizer: optimizer, epochs: epochs, batchSize: Self.batchSize, seed: seed,
            settings: settings.merging(["loss": "squared-hinge", "augment": "warp:0.5"]) { own, _ in own })
    }
}
