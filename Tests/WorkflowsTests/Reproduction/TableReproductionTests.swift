import BitCore
import Datasets
import DenseMath
import Foundation
import Ising
import QUBOTraining
import Testing
import Workflows

/// Takes the best of a short search for an optimum: to see where proofs go.
private struct Proof: SpinSolver {
    let name = "proof"

    func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws -> SpinSolution {
        var control = control
        control.timeLimit = nil
        var solution = try ReferenceAnnealing(.init(reads: 1, sweeps: 10)).solve(problem, seed: seed, control: control)
        solution.isOptimal = true
        return solution
    }
}

@Suite struct TableReproductionTests {
    static func context(isCancelled: @escaping @Sendable () -> Bool = { false }) -> ExperimentContext {
        ExperimentContext(
            catalog: DatasetCatalog(folder: "/nowhere"), engine: PortableEngine(), threads: 2, seed: 0, control: Fixtures.control(isCancelled: isCancelled))
    }

    /// Few of everything, so that it takes a moment.
    static func study() throws -> RegularisationStudy {
        var study = try RegularisationStudy(.quick, context())
        study.solver = ReferenceAnnealing(.init(reads: 1, sweeps: 3))
        study.updateLimit = 300
        study.exact = Proof()
        study.seeds = [4, 5, 6]
        study.cells = study.cells.filter { $0.shape.layers == [9, 2, 1] }
        study.testLimit = 100
        for index in study.regularisers.indices { study.regularisers[index].dropout?.rounds = 2 }
        return study
    }

    @Test func everySettingIsMeasuredOnTheSameSamples() throws {
        let study = try Self.study()
        let outcomes = try study.run(threads: 2, Fixtures.control())
        #expect(outcomes.count == study.runs)
        let rows = RegularisationTable(study, outcomes).rows("all", Array(study.cells.indices))
        let none = try #require(rows.first { $0.what == "all: none" })
        #expect(none.seeds == [4, 5, 6] && none.ours.map { (0.4...1).contains($0) } == true && none.measures?["optima found"] != nil)
        for regulariser in study.regularisers.dropFirst() {
            let row = try #require(rows.first { $0.what == "all: \(regulariser.label)" })
            let difference = try #require(rows.first { $0.what == "all: \(regulariser.label) − none" })
            #expect(abs((difference.ours ?? 9) - ((row.ours ?? 0) - (none.ours ?? 0))) < 1e-12 && difference.isDifference)
        }
        #expect(rows.contains { $0.what == "all: margin ×1 − none, exact optima" })
        // One thread, the same figures.
        let again = RegularisationTable(study, try study.run(threads: 1, Fixtures.control())).rows("all", Array(study.cells.indices))
        #expect(again.map(\.values) == rows.map(\.values))
    }

    @Test func fullStudiesAreWhatIsAskedFor() throws {
        let study = try RegularisationStudy(.full, Self.context())
        #expect(study.seeds.count >= 20 && Set(study.cells.map(\.samples)) == [10, 20, 40])
        #expect(Set(study.cells.map(\.shape.label)).isSuperset(of: ["9-3-1", "9-3-1 with skips", "25-5-1", "25-5-1 with skips"]))
        #expect(study.tasks.contains { $0.name.hasPrefix("bars") && $0.items.count >= 540 })
        #expect(study.regularisers.count { $0.margin != nil && $0.dropout == nil } >= 3 && study.regularisers.count { $0.dropout != nil } >= 2)
    }

    @Test func holmsProcedure() {
        // 0.01·3, 0.04·2 and 0.03 is not below what came before.
        #expect(holm([0.04, nil, 0.01, 0.06]) == [0.08, nil, 0.03, 0.08])
        #expect(holm([0.9, 0.8]) == [1, 1] && holm([]) == [])
    }

    /// The whole way of an experiment that is no sweep, on the digits.
    @Test func theTableIsWritten() throws {
        try Fixtures.withFolder { folder in
            let experiment = Experiment(name: "few", title: "A few", source: "a paper", needs: "nothing", takes: [:]) { budget, context in
                var study = FewShotStudy(budget, context)
                study.shots = [3]
                (study.seeds, study.hidden, study.pairHidden, study.members, study.sweeps, study.testLimit) = ([1, 2], 12, 6, 2, 1, 100)
                (study.latentHidden, study.epochs) = (32, 3)
                return try study.table(context)
            }
            var reproduction = try TableReproduction(
                experiment, budget: .quick, folder: folder + "/out", catalog: DatasetCatalog(folder: "/nowhere"), engine: PortableEngine(), threads: 2)
            reproduction.command = "spinflip reproduce few"
            let report = try reproduction.run(Fixtures.control())
            #expect(report.rows.count == 9 && report.completed == 2 && report.runs == 2 && !report.interrupted && report.sweepPath == nil)
            for row in report.rows.prefix(3) { #expect(row.ours.map { $0 > 0.15 } == true && row.seeds == [1, 2], "\(row.what): \(row.ours ?? -1)") }
            #expect(report.rows[0].note.hasPrefix("NOT comparable"))
            let markdown = try String(contentsOfFile: report.markdownPath, encoding: .utf8)
            #expect(markdown.contains("spinflip reproduce few") && markdown.contains("nothing about MNIST"))
            #expect(try String(contentsOfFile: report.pagePath, encoding: .utf8).contains("<svg"))
            #expect(markdown.contains("](few.svg)"))
            let picture = try String(contentsOfFile: folder + "/out/few.svg", encoding: .utf8)
            #expect(picture.hasPrefix("<svg xmlns=") && picture.contains("nearest neighbour"))
            let json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: report.jsonPath))) as? [String: Any])
            let rows = try #require(json["rows"] as? [[String: Any]])
            for row in rows { for key in ["what", "published", "ours", "note"] { #expect(row[key] != nil, "\(key) is missing") } }
        }
    }

    @Test func stoppedStudiesSaySo() throws {
        let table = try FewShotStudy(.quick, Self.context(isCancelled: { true })).table(Self.context(isCancelled: { true }))
        #expect(table.interrupted && table.completed == 0)
        #expect(try Self.study().run(threads: 1, Fixtures.control(isCancelled: { true })).isEmpty)
    }

    @Test func experimentsAreOfTwoKinds() throws {
        for experiment in Experiment.all { #expect(experiment.isTable == (experiment.plan(.quick, .digits, 0) == nil)) }
        #expect(try Experiment(named: "qubo-regularisation").isTable && Experiment(named: "few-shot-mnist").isTable)
    }
}
