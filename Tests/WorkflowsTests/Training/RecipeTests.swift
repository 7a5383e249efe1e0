import BitCore
import Datasets
import Foundation
import Testing
import Workflows

/// Every committed configuration can be started on data of the shape it names.
@Suite struct RecipeTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Recipes").standardized.path
    static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted()) ?? []

    /// A few made-up items of a data set's shape.
    static func data(_ name: String) throws -> LabelledData {
        if name == "digits" { return try LabelledData.digits() }
        let shapes: [String: [Int]] = [
            "mnist": [28, 28], "fashion-mnist": [28, 28], "cifar10": [32, 32, 3], "cifar10-jpeg": [32, 32, 3], "cifar10-lossless": [32, 32, 3],
        ]
        let isFolder = name.hasPrefix("folder:")
        let shape = isFolder ? [224, 224, 3] : try #require(shapes[name], "a recipe on \(name), whose shape this test does not know")
        func part(_ count: Int) throws -> Dataset {
            try Dataset(
                name: name, itemShape: .init(shape), features: [UInt8](repeating: 7, count: count * shape.reduce(1, *)),
                labels: (0..<count).map { $0 % 10 }, classNames: (0..<10).map { "\($0)" })
        }
        return try LabelledData(train: part(20), test: part(10))
    }

    @Test func thereAreSome() { #expect(Self.files.count > 8) }

    @Test(arguments: files) func everyRecipeCanBeStarted(_ file: String) throws {
        let path = "\(Self.folder)/\(file)"
        let configurations =
            file.hasPrefix("sweep-")
            ? try SweepPlan(SweepConfiguration([UInt8](Data(contentsOf: URL(filePath: path))), file: file), firstSeed: 0).runs.map(\.configuration)
            : [try TrainingConfiguration(path: path)]
        #expect(!configurations.isEmpty)
        for configuration in configurations {
            if DatasetCatalog.isGraph(configuration.dataset) {
                _ = try GraphTrainingPlan(configuration, .karateClub())
            } else {
                _ = try TrainingPlan(configuration, Self.data(configuration.dataset))
            }
        }
    }

    /// The page that lists the recipes names each.
    @Test(arguments: files) func everyRecipeIsExplained(_ file: String) throws {
        let page = try String(contentsOfFile: "\(Self.folder)/README.md", encoding: .utf8)
        let stem = file.dropLast(5)
        let short = stem.split(separator: "-").last.map { "`-\($0)`" } ?? ""
        #expect(page.contains("`\(stem)`") || page.contains(short) && page.contains("`\(stem.split(separator: "-").dropLast().joined(separator: "-"))-"))
    }
}
