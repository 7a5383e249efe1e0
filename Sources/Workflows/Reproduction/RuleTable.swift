/// The rules of the table with their hyper-parameters: published ones, but for what `Scale` stretches to a shorter run.
struct RuleTable {
    /// How much is trained, on what.
    struct Scale: Sendable {
        var images: ImageSource
        var model: String
        var epochs: Int
        var batchSize: Int
        /// Training images; nil for all.
        var limit: Int?
        var seeds: Int
        /// Settings of every run: augmentation, normalisation.
        var settings: [String: String]
        /// The recipe as published, nothing changed.
        var isPublished = false

        func configuration(_ optimizer: String, _ own: [String: String]) -> TrainingConfiguration {
            TrainingConfiguration(
                model: model, dataset: images.dataset, optimizer: optimizer, epochs: epochs, batchSize: batchSize, limit: limit,
                settings: settings.merging(own) { $1 })
        }
    }

    var scale: Scale

    init(_ scale: Scale) { self.scale = scale }

    static let adam = "Adam (STE)"
    static let binaryConnect = "BinaryConnect"
    static let proxQuant = "ProxQuant"
    static let signSGD = "signSGD"
    static let bold = "B⊕LD"
    static let bop = "Bop"
    static let biased = "Bop2 biased"
    static let corrected = "Bop2 corrected"
    static let control = "w = −sign(m)"

    /// What has to be said beside every published figure, first of all.
    var caution: String {
        switch scale.images {
        case .cifar10 where scale.isPublished: "the published recipe"
        case .cifar10: "published: 500 epochs, full width; ours is shorter and narrower"
        case .jpeg: "NOT comparable: published on lossless images, 50,000 of them, 500 epochs, full width; ours on lossy ones"
        case .digits: "NOT comparable: published on CIFAR-10; ours on 8×8 digits"
        }
    }

    func row(_ what: String, published: Double? = nil, _ optimizer: String, _ settings: [String: String], note: String = "") -> ExperimentPlan.Row {
        let notes = [published == nil ? "" : caution, note].filter { !$0.isEmpty }
        return .init(
            what: what, published: published, note: notes.isEmpty ? "nothing published for this network" : notes.joined(separator: "; "),
            configuration: scale.configuration(optimizer, settings))
    }
}
