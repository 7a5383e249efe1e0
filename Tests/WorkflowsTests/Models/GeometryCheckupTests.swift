import BitCore
import Datasets
import DenseMath
import Foundation
import Profiling
import Testing
import Workflows

@Suite struct GeometryCheckupTests {
    static func run(_ folder: String, optimizer: String = "adam", settings: [String: String] = [:]) throws {
        let configuration = TrainingConfiguration(
            model: "mlp:64-48-10", dataset: "digits", optimizer: optimizer, epochs: 1, batchSize: 64, limit: 256, settings: settings)
        _ = try TrainingRun(configuration, try LabelledData.digits(), folder: folder)
            .run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
    }

    static func checkup(_ folder: String) throws -> GeometryCheckup {
        try GeometryCheckup(run: folder, catalog: DatasetCatalog(folder: "/nowhere"), items: 32, engine: PortableEngine(), parallel: .serial)
    }

    @Test func aRunIsLookedAt() throws {
        try Fixtures.withFolder { folder in
            try Self.run(folder)
            #expect(GeometryCheckup.isRun(folder) && !GeometryCheckup.isRun("/nowhere"))
            var checkup = try Self.checkup(folder)
            #expect(checkup.geometry.layers.map(\.name) == ["dense1", "dense2"])
            #expect(checkup.geometry.layers.allSatisfy { $0.products != nil && $0.permutedProducts != nil && (0.0...90).contains($0.angles.mean) })
            #expect(checkup.geometry.layers.map { $0.activations != nil } == [false, true])
            #expect(checkup.geometry.items == 32)
            try checkup.writePlots(to: folder + "/plots")
            #expect(checkup.plots.count == 4)
            for plot in checkup.plots { #expect(try String(contentsOfFile: plot, encoding: .utf8).hasPrefix("<svg")) }
            let json = try Data(contentsOf: URL(filePath: folder + "/plots/geometry.json"))
            #expect(try JSONDecoder().decode(NetworkGeometry.self, from: json) == checkup.geometry)
            var report = MachineReport.current(threads: 1)
            report.examine(checkup)
            #expect(report.text.contains("dense1") && report.text.contains("37.07"))
            // The same again, since what is drawn follows from the run's seed.
            #expect(try Self.checkup(folder).geometry == checkup.geometry)
        }
    }

    @Test func runsWithoutLatentWeightsAreRefused() throws {
        try Fixtures.withFolder { folder in
            try Self.run(folder, optimizer: "bop")
            #expect(throws: ConfigurationError.self) { try Self.checkup(folder) }
        }
    }

    /// Rows end further apart than without the term; what is unknown or out of range is said.
    @Test(arguments: ["plain", "random", "angle", "adversarial", "hamming"]) func rowsAreDrivenApart(_ form: String) throws {
        try Fixtures.withFolder { folder in
            try Self.run(
                folder, settings: ["mhe": form, "mhe-weight": "100", "mhe-dimensions": "8", "mhe-projections": "2", "mhe-steps": "2"])
            try Self.run(folder + "/plain")
            let (with, without) = (try Self.checkup(folder), try Self.checkup(folder + "/plain"))
            #expect(with.geometry.layers[0].energy != without.geometry.layers[0].energy)
            if form == "plain" || form == "random" {
                #expect(with.geometry.layers[0].energy.latent < without.geometry.layers[0].energy.latent)
            }
            #expect(throws: SettingsError.self) { try Self.run(folder, settings: ["mhe": "planar"]) }
            #expect(throws: SettingsError.self) { try Self.run(folder, settings: ["mhe": form, "mhe-power": "-1"]) }
            #expect(throws: UnknownName.self) { try Self.run(folder, settings: ["mhe-weight": "1"]) }
        }
    }
}
