import BitCore
import Ising
import Synchronization
import Testing

@Suite struct SearchFoundationTests {
    private static func random(variables: Int, couplings: Int, seed: UInt64, value: (inout SeededGenerator) -> Double) throws -> IsingModel {
        var generator = SeededGenerator(seed: seed)
        var builder = try ModelBuilder(variables: variables, vartype: .spin)
        for variable in 0..<variables { try builder.add(linear: variable, value(&generator)) }
        for _ in 0..<couplings {
            try builder.add(coupling: generator.index(below: variables), generator.index(below: variables), value(&generator))
        }
        return IsingModel(terms: try builder.terms())
    }

    private static func randomSpins(_ count: Int, _ generator: inout SeededGenerator) -> [Int8] {
        (0..<count).map { _ in generator.next() & 1 == 0 ? -1 : 1 }
    }

    @Test func packedSpinsHoldWhatTheyWereGiven() {
        var generator = SeededGenerator(seed: 3)
        for count in [0, 1, 63, 64, 65, 200] {
            let spins = Self.randomSpins(count, &generator)
            var packed = PackedSpins(spins)
            #expect(packed.spins == spins)
            #expect(packed.bits == spins.map { $0 > 0 ? 1 : 0 })
            #expect(PackedSpins(words: packed.words, count: count) == packed)
            guard count > 0 else { continue }
            packed[count - 1].toggle()
            #expect(packed.distance(to: PackedSpins(spins)) == 1)
        }
    }

    @Test(arguments: [1.0, 2, 6, 0.25, 1e-3, 1e12])
    func integerEnergiesStandForThoseOfTheSource(factor: Double) throws {
        let source = try Self.random(variables: 40, couplings: 200, seed: 5) { factor * Double($0.index(below: 9) - 4) }
        let model = IntegerModel(source)
        // A thousandth is no multiple of any power of two that leaves room for exact sums.
        #expect(model.isExact == (factor != 1e-3))
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<20 {
            let spins = Self.randomSpins(40, &generator)
            let energy = source.energy(of: spins)
            let integer = model.energy(model.integerEnergy(of: spins))
            if model.isExact { #expect(integer == energy) } else { #expect(abs(integer - energy) < 1e-6 * factor * 240) }
            for (variable, field) in model.localFields(of: spins).enumerated() {
                var flipped = spins
                flipped[variable] = -flipped[variable]
                #expect(model.integerEnergy(of: flipped) - model.integerEnergy(of: spins) == -2 * Int64(spins[variable]) * Int64(field))
            }
        }
    }

    @Test func aCommonFactorIsTakenOut() throws {
        let model = IntegerModel(try IsingModel(fields: [6, 0], couplings: [(0, 1, -9)], offset: 1))
        #expect(model.scale == 3 && model.fields == [2, 0] && model.weights == [-3, -3] && model.isExact)
        #expect(model.largestRow == 5)
    }

    @Test func coefficientsFarApartAreRoundedAndReportedExactly() throws {
        let source = try IsingModel(fields: [1e15, 0.1], couplings: [(0, 1, 0.3)])
        let model = IntegerModel(source)
        #expect(!model.isExact && model.largestRow <= IntegerModel.rowLimit)
        let monitor = SearchMonitor(model, control: SamplingControl())
        let spins: [Int8] = [-1, -1]
        monitor.offer(model.integerEnergy(of: spins)) { PackedSpins(spins) }
        #expect(monitor.bestEnergy == source.energy(of: spins))
    }

    @Test func theSmallestNumbersThereAreDoNotTrap() throws {
        let model = IntegerModel(
            try IsingModel(
                fields: [.leastNonzeroMagnitude, -.leastNonzeroMagnitude], couplings: [(0, 1, Double.leastNormalMagnitude / 128)]))
        #expect(model.largestRow <= IntegerModel.rowLimit)
    }

    /// Making the integer model is part of the time that a search is given.
    @Test func theClockStartsBeforeTheModelIsMade() throws {
        let clock = Mutex(0.0)
        let source = try IsingModel(fields: [1, 1])
        func slowModel() -> IntegerModel {
            clock.withLock { $0 += 5 }
            return IntegerModel(source)
        }
        let monitor = SearchMonitor(slowModel(), control: SamplingControl(timeLimit: 4, seconds: { clock.withLock { $0 } }))
        #expect(!monitor.poll(updates: 0))
    }

    @Test func theMonitorStopsAtEachLimit() throws {
        let model = IntegerModel(try IsingModel(fields: [1, 1]))
        let clock = Mutex(0.0)
        func control(_ change: (inout SamplingControl) -> Void) -> SamplingControl {
            var control = SamplingControl(seconds: {
                clock.withLock {
                    $0 += 1
                    return $0
                }
            })
            change(&control)
            return control
        }
        let timed = SearchMonitor(model, control: control { $0.timeLimit = 2.5 })
        #expect(timed.poll(updates: 1) && timed.poll(updates: 1) && !timed.poll(updates: 1))
        #expect(timed.sampleSet([], seed: 0, sampler: "test").stopReason == .timeLimit)
        let counted = SearchMonitor(model, control: control { $0.updateLimit = 10 })
        #expect(counted.poll(updates: 9) && !counted.poll(updates: 1) && counted.isStopped)
        #expect(counted.sampleSet([], seed: 0, sampler: "test").stopReason == .updateLimit)
        let cancelled = SearchMonitor(model, control: control { $0.isCancelled = { true } })
        #expect(!cancelled.poll(updates: 1))
        #expect(cancelled.sampleSet([], seed: 0, sampler: "test").stopReason == .cancelled)
        let aimed = SearchMonitor(model, control: control { $0.target = -2 })
        aimed.offer(0) { PackedSpins([1, -1]) }
        #expect(aimed.poll(updates: 1))
        aimed.offer(-2) { PackedSpins([-1, -1]) }
        #expect(aimed.isStopped)
        let set = aimed.sampleSet([PackedSpins([1, -1]), PackedSpins([1, -1])], seed: 7, sampler: "test")
        #expect(set.stopReason == .target && set.first.energy == -2 && set.trajectory.map(\.energy) == [0, -2])
        #expect(set.samples.map(\.occurrences) == [1, 2] && set.seed == 7)
    }

    @Test(arguments: [1, 2, 5]) func readsComeInOrder(threads: Int) throws {
        let model = try IsingModel(fields: [0])
        let monitor = SearchMonitor(IntegerModel(model), control: SamplingControl(threads: threads))
        let found = Reads.run(20, monitor: monitor) { read in [PackedSpins(words: [UInt64(read % 2)], count: 1)] }
        #expect(found.map { $0[0] } == (0..<20).map { $0 % 2 == 1 })
    }
}
