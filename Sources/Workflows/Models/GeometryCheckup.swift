internal import BinaryNN
internal import BinaryTraining
public import BitCore
public import Datasets
public import DenseMath
internal import Foundation
internal import ModelZoo
public import Profiling
internal import Report

/// The geometry of a training run's latent weights, from its folder: configuration, checkpoint, and the data it was trained on.
public struct GeometryCheckup: Sendable, Hashable, Codable {
    public var run: String
    public var checkpoint: String
    public var model: String
    public var dataset: String
    public var geometry: NetworkGeometry
    /// Files that were written.
    public var plots: [String] = []

    /// True of a folder that a run wrote.
    public static func isRun(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + TrainingConfiguration.fileName) }

    /// - Parameters:
    ///   - items: how many of the test items are looked at.
    /// - Throws: `ConfigurationError` for runs without latent weights, `CheckpointError`, and what loading data throws.
    public init(run folder: String, catalog: DatasetCatalog, items: Int = 128, engine: any DenseEngine, parallel: Parallel) throws {
        let configuration = try TrainingConfiguration(path: folder + "/" + TrainingConfiguration.fileName)
        guard try !ModelName(configuration.model).isGraph else {
            throw ConfigurationError(path: folder, reason: "\(configuration.model) works on graphs; its geometry is not looked at")
        }
        let data = try catalog.load(configuration.dataset, options: configuration.datasetOptions())
        let plan = try TrainingPlan(configuration, data)
        guard plan.network.specs.contains(where: { $0.encoding == .latentBinary }) else {
            throw ConfigurationError(path: folder, reason: "\(configuration.optimizer) keeps no latent weights; geometry is of those behind signs")
        }
        run = folder
        checkpoint = folder + "/" + TrainingRun.checkpointName
        (model, dataset) = (configuration.model, configuration.dataset)
        let parameters = try Checkpoint.parameters(checkpoint, of: plan.network)
        let context = ExecutionContext(engine: engine, parallel: parallel)
        let some = try data.test.prefix(items).loaded(parallel: parallel)
        let batch = Evaluation.input(some, 0..<some.count, plan.options.encoding, plan.network.input.shape, context)
        geometry = NetworkGeometry(plan.network, parameters, batch: batch, context, generator: SeededGenerator(seed: configuration.seed).split("geometry"))
    }

    /// What is odd, a sentence each.
    public var findings: [String] {
        geometry.layers.flatMap { layer -> [String] in
            var found: [String] = []
            let angles = layer.angles
            if angles.silent > 0 { found.append("\(layer.name): \(angles.silent) of \(angles.filters) latent filters are zero everywhere") }
            if angles.mean > geometry.limit + 8 {
                found.append(
                    "\(layer.name): latent filters lie \(NumberText.decimal(angles.mean, 1))° from their signs, where random ones lie \(NumberText.decimal(geometry.limit, 1))°: "
                        + "a few large weights carry what the signs do not")
            }
            if let products = layer.products, let permuted = layer.permutedProducts, products.correlation < 0.6 {
                let cause =
                    permuted.correlation - products.correlation > 0.1
                    ? "with permuted inputs \(NumberText.decimal(permuted.correlation, 2)), so the inputs' own correlations are the cause"
                    : "the weights are the cause"
                found.append(
                    "\(layer.name): products with signs follow those with latent weights by r = \(NumberText.decimal(products.correlation, 2)) only; \(cause)")
            }
            if let activations = layer.activations, activations.correlation < 0.6 {
                found.append(
                    "\(layer.name): products of signs follow those with its inputs before their signs by r = \(NumberText.decimal(activations.correlation, 2)) "
                        + "only: a few large activations carry what their signs do not")
            }
            return found
        }
    }

    /// For people.
    public var text: String {
        var table = TextTable([
            .text("kernel"), .number("filters"), .number("depth"), .number("angle°"), .number("±"), .number("random ±"), .number("r"), .number("permuted r"),
            .number("slope/mean|w|"), .number("signs differ"), .number("r of activations"), .number("|w| ≥ 1"), .number("energy"), .number("of signs"),
        ])
        for layer in geometry.layers {
            let angles = layer.angles
            table.append([
                layer.name, "\(angles.filters)", "\(angles.depth)", NumberText.decimal(angles.mean, 2), NumberText.decimal(angles.deviation, 2),
                NumberText.decimal(angles.expectedDeviation, 2), NumberText.decimal(layer.products?.correlation, 3),
                NumberText.decimal(layer.permutedProducts?.correlation, 3),
                NumberText.decimal(layer.products.map { $0.slope / Swift.max(layer.histogram.meanMagnitude, 1e-30) }, 2),
                NumberText.percent(layer.products?.signDisagreement, places: 1), NumberText.decimal(layer.activations?.correlation, 3),
                NumberText.percent(layer.histogram.atOne, places: 1),
                NumberText.decimal(layer.energy.latent, 3), NumberText.decimal(layer.energy.signs, 3),
            ])
        }
        var lines = ["geometry   \(model) on \(dataset), \(geometry.items) items", table.render(indent: 2)]
        lines.append(
            "  random filters: \(NumberText.decimal(geometry.limit, 2))°, r 0.798, slope 1, \(NumberText.percent(geometry.limit / 180, places: 1)) of the signs; spread ∝ depth^−0.5"
                + (geometry.spreadExponent.map { ", here ^\(NumberText.decimal($0, 2))" } ?? ""))
        lines += plots.map { "plot       " + $0 }
        return lines.joined(separator: "\n")
    }

    /// Writes the charts, and `geometry.json`, into a folder.
    public mutating func writePlots(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let layers = geometry.layers
        let angles = IntervalChart(
            title: "Angle between latent filters and their signs: mean and deviation; random filters lie at \(NumberText.decimal(geometry.limit, 2))°",
            xLabel: "degrees",
            points: layers.map { .init($0.name, $0.angles.mean, halfWidth: $0.angles.deviation, text: "\(NumberText.decimal($0.angles.mean, 1))°") })
        let depths = layers.filter { $0.angles.deviation > 0 }.sorted { $0.angles.depth < $1.angles.depth }
        let spread = LineChart(
            title: "Deviation of the angles over the depth of the filters", xLabel: "weights of a filter", yLabel: "degrees",
            series: [
                .init("filters", x: depths.map { Double($0.angles.depth) }, y: depths.map(\.angles.deviation)),
                .init("random filters", x: depths.map { Double($0.angles.depth) }, y: depths.map(\.angles.expectedDeviation), isDashed: true),
            ], isLogarithmic: true, xIsWhole: false, xIsLogarithmic: true)
        let products = IntervalChart(
            title: "Correlation of products with signs and with latent weights, or with activations before their signs; random ones have 0.80",
            xLabel: "Pearson's r",
            points: layers.flatMap { layer in
                [("", layer.products), (", inputs permuted", layer.permutedProducts), (", activations", layer.activations)].compactMap { kind, value in
                    value.map { .init(layer.name + kind, $0.correlation, text: NumberText.decimal($0.correlation, 3)) }
                }
            })
        let weights = LineChart(
            title: "Latent weights: share in each of \(layers.first?.histogram.counts.count ?? 0) bins", xLabel: "weight over the layer's largest",
            yLabel: "share",
            series: layers.map { layer in
                let (counts, total) = (layer.histogram.counts, Double(layer.histogram.counts.reduce(0, +)))
                return .init(
                    layer.name, x: counts.indices.map { (Double($0) + 0.5) / Double(counts.count) * 2 - 1 }, y: counts.map { Double($0) / Swift.max(total, 1) })
            }, isLogarithmic: true, xIsWhole: false)
        let files = [
            ("angles", angles.svgFile()), ("spread", spread.svgFile()), ("products", products.svgFile()), ("weights", weights.svgFile()),
        ]
        for (name, svg) in files {
            let path = "\(folder)/geometry-\(name).svg"
            try AtomicFile.write(svg, to: path)
            plots.append(path)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write([UInt8](try encoder.encode(geometry)) + [10], to: folder + "/geometry.json")
    }
}
