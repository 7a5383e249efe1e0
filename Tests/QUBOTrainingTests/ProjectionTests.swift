import BitCore
import Ising
import QUBOTraining
import Testing

/// Three ways to project gradients onto binary directions, and what they have in common.
@Suite struct ProjectionTests {
    /// A thousand layers in eight parts: fan-in 1 to 20, with as many samples as the exact solver proves quickly.
    @Test(arguments: 0..<8)
    func backendsAgreeOnOptima(_ part: Int) throws {
        var exact = QUBOProjection.Options()
        exact.variableLimit = 80
        let qubo = try QUBOProjection(exact)
        let local = LocalProjection(sweeps: 20, kicks: 300)
        for index in part * 125..<(part + 1) * 125 {
            let fanIn = 1 + index % 20
            let batch = fanIn <= 6 ? 1 + index / 20 % 6 : fanIn <= 10 ? 1 + index / 20 % 4 : 1 + index / 20 % 2
            let layer = ProjectionFixtures.layer(UInt64(index), batch: batch, fanIn: fanIn, outputs: 1 + index % 2)
            let problem = try layer.problem()
            let all = try EnumerationProjection().project(problem)
            let proved = try qubo.project(problem, seed: UInt64(index))
            let found = try local.project(problem, seed: UInt64(index))
            for row in 0..<problem.outputs {
                #expect(all.objectives[row] == all.optima[row])
                #expect(proved.objectives[row] == all.objectives[row], "layer \(index), row \(row), QUBO")
                #expect(proved.optima[row] == all.optima[row])
                #expect(found.objectives[row] == all.objectives[row], "layer \(index), row \(row), local")
                if fanIn <= 8 {
                    let optimum = layer.optimum(row)
                    #expect(all.objectives[row] == optimum.value)
                    #expect(all.optimalDirections?[row] == optimum.count)
                }
            }
        }
    }

    /// Many samples, where search has something to do: how good it is, against the optimum.
    @Test(arguments: [(8, 20), (11, 40), (15, 64), (16, 70)])
    func enumerationIsNeverBeaten(_ fanIn: Int, _ batch: Int) throws {
        for seed in 0..<4 as Range<UInt64> {
            let layer = ProjectionFixtures.layer(seed, batch: batch, fanIn: fanIn, outputs: 5, grid: false)
            let problem = try layer.problem()
            let all = try EnumerationProjection().project(problem)
            let found = try LocalProjection().project(problem)
            let long = try LocalProjection(sweeps: 20, kicks: 200).project(problem)
            for row in 0..<5 {
                #expect(found.objectives[row] <= all.objectives[row])
                #expect(long.objectives[row] <= all.objectives[row] && long.objectives[row] >= found.objectives[row])
                #expect(abs(all.objectives[row] - layer.objective(row) { all.directions[row, $0] }) < 1e-4)
            }
            let sums = (long.objectives.reduce(0, +), all.objectives.reduce(0, +))
            #expect(sums.0 > 0.9 * sums.1)
        }
    }

    /// Samples that are −1 but for a few inputs: signs of gradients are all alike, and turning one changes nothing.
    @Test func balancedStartsTellSamplesApart() throws {
        var generator = SeededGenerator(seed: 5)
        let (batch, fanIn) = (40, 300)
        var inputs = PackedTensor(minusOnes: [batch, fanIn])
        for sample in 0..<batch { for _ in 0..<6 { inputs[sample, generator.index(below: fanIn)] = true } }
        let targets = Tensor((0..<batch * 3).map { $0 / 3 < batch / 2 ? 1 : -0.9 }, shape: [batch, 3])
        let problem = try ProjectionProblem(inputs: inputs, targets: targets)
        let plain = try LocalProjection().project(problem)
        let balanced = try LocalProjection(balances: true).project(problem)
        for row in 0..<3 {
            #expect(plain.objectives[row] < 0.1 * problem.bound(row: row))
            #expect(balanced.objectives[row] > 0.6 * problem.bound(row: row))
        }
        let signs = problem.gradientSigns(balanced: true)
        for row in 0..<3 { #expect((0..<fanIn).count { signs[row, $0] } == fanIn / 2) }
    }

    /// Over word borders and both parities: never below the signs of the gradient, and the figures are those of the definition.
    @Test(arguments: [(1, 1), (2, 3), (20, 63), (63, 64), (64, 65), (65, 1), (127, 128), (128, 128), (129, 130), (200, 40)])
    func localNeverLoses(_ fanIn: Int, _ batch: Int) throws {
        for seed in 0..<3 as Range<UInt64> {
            let layer = ProjectionFixtures.layer(seed, batch: batch, fanIn: fanIn, outputs: 9)
            let problem = try layer.problem(scale: -1)
            let start = problem.gradientSigns()
            let found = try LocalProjection().project(problem, start: start, seed: seed, parallel: .serial)
            let kicked = try LocalProjection(kicks: 5).project(problem, seed: seed)
            let before = problem.objectives(of: start)
            #expect(found.directions.paddingIsZero)
            for row in 0..<9 {
                #expect(found.objectives[row] == -layer.objective(row) { found.directions[row, $0] })
                #expect(before[row] == -layer.objective(row) { start[row, $0] })
                #expect(found.objectives[row] >= before[row] && kicked.objectives[row] >= found.objectives[row])
                #expect(found.objectives[row] <= problem.bound(row: row))
            }
            // Turning any one input of a local optimum does not raise it.
            let done = try LocalProjection(sweeps: 1000).project(problem)
            for row in 0..<2 {
                for input in 0..<min(fanIn, 40) {
                    #expect(-layer.objective(row) { done.directions[row, $0] != ($0 == input) } <= done.objectives[row])
                }
            }
        }
    }

    /// Steepest ascent by sums of floats, and first improvement on bits alone: neither is below the start, both end where no single turn helps.
    @Test(arguments: [(7, 30), (64, 64), (100, 129), (129, 64)])
    func bothWaysToClimbEndAtLocalOptima(_ fanIn: Int, _ batch: Int) throws {
        let layer = ProjectionFixtures.layer(4, batch: batch, fanIn: fanIn, outputs: 6)
        let problem = try layer.problem()
        let before = problem.objectives(of: problem.gradientSigns())
        var sums: [Double] = []
        for isSteepest in [true, false] {
            var local = LocalProjection(sweeps: 1000)
            local.isSteepest = isSteepest
            let found = try local.project(problem)
            for row in 0..<6 {
                #expect(found.objectives[row] >= before[row])
                for input in 0..<min(fanIn, 20) {
                    #expect(layer.objective(row) { found.directions[row, $0] != ($0 == input) } <= found.objectives[row])
                }
            }
            sums.append(found.objectives.reduce(0, +))
        }
        #expect(sums[0] > 0.85 * sums[1] && sums[1] > 0.85 * sums[0])
    }

    /// Of samples that are nearly all −1, half and half, and nearly all +1; of both parities.
    @Test(arguments: [2, 50, 98], [66, 67])
    func gradientSignsAreThoseOfTheGradient(_ percentPresent: Int, _ fanIn: Int) throws {
        var generator = SeededGenerator(seed: 3)
        var inputs = PackedTensor(minusOnes: [70, fanIn])
        for sample in 0..<70 { for input in 0..<fanIn { inputs[sample, input] = generator.index(below: 100) < percentPresent } }
        // Whole numbers, so that sums of floats are exact.
        let targets = Tensor((0..<70 * 4).map { _ in Float(generator.index(below: 2001)) - 1000 }, shape: [70, 4])
        let signs = try ProjectionProblem(inputs: inputs, targets: targets).gradientSigns()
        for row in 0..<4 {
            for input in 0..<fanIn {
                let sum = (0..<70).reduce(0.0) { $0 + Double(targets[$1 * 4 + row]) * (inputs[$1, input] ? 1 : -1) }
                #expect(signs[row, input] == (sum >= 0))
            }
        }
    }

    @Test(arguments: [5, 6])
    func equalAndOppositeSamplesMerge(_ fanIn: Int) throws {
        // x, x, −x, z.
        let rows = [[1, 1, 0, 1, 0, 1], [1, 1, 0, 1, 0, 1], [0, 0, 1, 0, 1, 0], [1, 0, 0, 1, 1, 1]]
        var inputs = PackedTensor(minusOnes: [4, fanIn])
        for (sample, row) in rows.enumerated() {
            for input in 0..<fanIn { inputs[sample, input] = row[input] == 1 }
        }
        let layer = ProjectionFixtures.Layer(inputs: inputs, targets: Tensor([0.5, -1, 0.25, 1, 1, 2, -0.5, 1], shape: [4, 2]))
        let problem = try layer.problem()
        #expect(problem.batch == 4 && problem.samples == (fanIn == 5 ? 2 : 3))
        for direction in 0..<1 << fanIn {
            var both = PackedTensor(minusOnes: [2, fanIn])
            for row in 0..<2 {
                for input in 0..<fanIn { both[row, input] = direction >> input & 1 == 1 }
            }
            let values = problem.objectives(of: both)
            for row in 0..<2 { #expect(values[row] == layer.objective(row) { direction >> $0 & 1 == 1 }) }
        }
        #expect(try EnumerationProjection().project(problem).objectives == (0..<2).map { layer.optimum($0).value })
    }

    @Test func threadsDoNotMatter() throws {
        for (fanIn, batch) in [(13, 90), (14, 90), (128, 64)] {
            let problem = try ProjectionFixtures.layer(9, batch: batch, fanIn: fanIn, outputs: 30, grid: false).problem()
            let backends: [any ProjectionBackend] = fanIn > 20 ? [LocalProjection(kicks: 3)] : [EnumerationProjection(), LocalProjection(kicks: 3)]
            for backend in backends {
                let one = try backend.project(problem, seed: 4)
                let three = try backend.project(problem, seed: 4, parallel: Parallel(threads: 3))
                #expect(one.directions == three.directions && one.objectives == three.objectives && one.evaluations == three.evaluations)
            }
        }
    }

    /// Over all other bits the least energy of the QUBO is −2·f, for every direction.
    @Test(arguments: [(1, 3), (2, 2), (3, 2), (4, 2)])
    func quboIsExact(_ fanIn: Int, _ batch: Int) throws {
        let layer = ProjectionFixtures.layer(11, batch: batch, fanIn: fanIn, outputs: 1)
        let problem = try layer.problem()
        let row = ProjectionRow(problem, 0, penalty: 1.01)
        let model = try row.model()
        #expect(model.variables == row.variables && row.variables <= ProjectionSize(fanIn: fanIn, samples: batch).variables)
        #expect(model.terms.interactions <= ProjectionSize(fanIn: fanIn, samples: batch).interactions)
        for direction in 0..<1 << fanIn {
            var least = Double.infinity
            for rest in 0..<1 << (row.variables - fanIn) {
                let state = direction | rest << fanIn
                least = min(least, model.energy(of: (0..<row.variables).map { UInt8(state >> $0 & 1) }))
            }
            #expect(abs(least + 2 * layer.objective(0) { direction >> $0 & 1 == 1 }) < 1e-9)
        }
    }

    @Test func samplersFindGoodDirections() throws {
        let problem = try ProjectionFixtures.layer(2, batch: 10, fanIn: 7, outputs: 2, grid: false).problem()
        let optimum = try EnumerationProjection().project(problem)
        for sampler in ["sa", "tabu", "auto"] {
            var options = QUBOProjection.Options()
            (options.sampler, options.updateLimit) = (sampler, 100_000)
            let found = try QUBOProjection(options).project(problem, start: problem.gradientSigns(), seed: 1, parallel: .serial)
            #expect(found.backend == "qubo, \(sampler)")
            for row in 0..<2 { #expect(found.objectives[row] <= optimum.objectives[row] && found.objectives[row] > 0) }
        }
    }

    @Test func automaticChoosesByFanIn() throws {
        let narrow = try ProjectionFixtures.layer(0, batch: 5, fanIn: 4, outputs: 2).problem()
        let wide = try ProjectionFixtures.layer(0, batch: 5, fanIn: 30, outputs: 2).problem()
        #expect(try AutomaticProjection().project(narrow).backend == "enumeration")
        #expect(try AutomaticProjection().project(wide).backend == "local")
        let summary = ProjectionSummary(try AutomaticProjection().project(narrow), start: 0)
        #expect(summary.gap == 0 && summary.provedRows == 2 && summary.optimum == summary.objective)
    }

    @Test func emptyAndSilentLayers() throws {
        let empty = try ProjectionFixtures.layer(0, batch: 0, fanIn: 4, outputs: 2).problem()
        let silent = try ProjectionProblem(inputs: ProjectionFixtures.layer(1, batch: 3, fanIn: 4, outputs: 2).inputs, targets: Tensor(zeros: [3, 2]))
        for problem in [empty, silent] {
            for backend in [EnumerationProjection(), LocalProjection(), try QUBOProjection()] as [any ProjectionBackend] {
                let found = try backend.project(problem)
                #expect(found.objectives == [0, 0] && found.optima == [0, 0])
            }
        }
    }
}

/// What cannot be projected is said in a sentence.
@Suite struct ProjectionBadInputTests {
    let problem = try? ProjectionFixtures.layer(5, batch: 4, fanIn: 6, outputs: 2).problem()

    private func message(_ sampler: String, timeLimit: Double = 5) throws -> String {
        var options = QUBOProjection.Options()
        (options.sampler, options.timeLimit) = (sampler, timeLimit)
        do {
            let found = try QUBOProjection(options).project(try #require(problem))
            return "no error, but \(found.objectives)"
        } catch let error as ProjectionError { return "\(error)" }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func gradientsMustBeFinite(_ value: Float) throws {
        var targets = Tensor(zeros: [3, 2])
        targets[3] = value
        let inputs = ProjectionFixtures.layer(0, batch: 3, fanIn: 4, outputs: 2).inputs
        #expect(throws: ProjectionError.notFinite(sample: 1, output: 1)) { try ProjectionProblem(inputs: inputs, targets: targets) }
    }

    @Test func enumerationHasALimit() throws {
        let wide = try ProjectionFixtures.layer(0, batch: 4, fanIn: 21, outputs: 1).problem()
        #expect(throws: ProjectionError.fanIn(21, limit: 20)) { try EnumerationProjection().project(wide) }
    }

    @Test func largeFormsNameTheAlternatives() throws {
        let wide = try ProjectionFixtures.layer(0, batch: 128, fanIn: 128, outputs: 1).problem()
        let error = #expect(throws: ProjectionError.self) { try QUBOProjection().project(wide) }
        let text = try #require(error?.description)
        #expect(text.contains("1152 variables") && text.contains("exact is given at most 64") && text.contains("use the local backend"))
    }

    @Test func namesAndOptions() throws {
        #expect(throws: ProjectionError.self) { try ProjectionCatalog.backend("gurobi") }
        #expect(throws: ProjectionError.self) { try ProjectionCatalog.backend("local", sweeps: -1) }
        #expect(try ProjectionCatalog.names.map { try ProjectionCatalog.backend($0).name } == ProjectionCatalog.names)
        #expect(try message("tabuu").contains("did you mean “tabu”"))
        #expect(try message("external: ").contains("no command"))
    }

    @Test func externalSamplersThatDie() throws {
        #expect(try message("external:echo lost >&2; exit 3").contains("row 0"))
        #expect(try message("external:exit 3").contains("ended with status 3"))
    }

    @Test func externalSamplersThatHang() throws { #expect(try message("external:exec sleep 1000", timeLimit: 0.1).contains("failed")) }

    @Test func externalSamplersThatTalkNonsense() throws {
        #expect(try message("external:echo hello").contains("failed"))
        #expect(try message("external:echo 01").contains("failed"))
    }

    /// Whatever a program answers, objectives are those of the problem.
    @Test func externalSamplersAreVerified() throws {
        let problem = try #require(problem)
        let command = "external:awk '{ n = $0; sub(/.*\"variables\":/, \"\", n); sub(/,.*/, \"\", n); for (i = 0; i < n + 0; i++) printf 0; print \"\" }'"
        var options = QUBOProjection.Options()
        options.sampler = command
        let found = try QUBOProjection(options).project(problem)
        #expect(found.objectives == problem.objectives(of: PackedTensor(minusOnes: [2, 6])))
        #expect(found.directions == PackedTensor(minusOnes: [2, 6]))
    }
}
