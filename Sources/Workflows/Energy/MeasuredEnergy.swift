internal import BinaryInference
internal import BitCore
public import Profiling

/// What the machine's own counters say of an inference. They count whole processor packages, whatever else runs on them.
public struct MeasuredEnergy: Sendable, Hashable, Codable {
    /// `package-0`, …
    public var counters: [String]
    public var inferences: Int
    public var seconds: Double
    /// Of one inference, everything included.
    public var microjoules: Double
    /// Of one inference, less what the machine took at rest in the same time; never below zero.
    public var microjoulesAboveRest: Double
    /// At rest, just before.
    public var restWatts: Double

    /// Rests, then runs `batch` inferences at a time until `seconds` have passed.
    /// - Parameters:
    ///   - clock: seconds that never go back.
    ///   - rest: returns after about so many seconds in which nothing is done.
    /// - Throws: `EnergyCounter.Absence`.
    public init(
        _ counter: EnergyCounter, seconds wanted: Double, batch: Int, clock: () -> Double, rest: (Double) -> Void, isCancelled: () -> Bool = { false },
        run: () -> Void
    ) throws {
        precondition(wanted > 0 && batch > 0)
        let (restStart, restReading) = (clock(), try counter.read())
        rest(wanted)
        let (start, startReading) = (clock(), try counter.read())
        var count = 0
        repeat {
            run()
            count += batch
        } while clock() - start < wanted && !isCancelled()
        let endReading = try counter.read()
        seconds = clock() - start
        counters = counter.names
        inferences = count
        let resting = start > restStart ? counter.microjoules(from: restReading, to: startReading) / (start - restStart) : 0
        let total = counter.microjoules(from: startReading, to: endReading)
        microjoules = total / Double(count)
        microjoulesAboveRest = Swift.max(0, total - resting * seconds) / Double(count)
        restWatts = resting * 1e-6
    }
}

extension LoadedModel {
    /// Packed inference on random items, one at a time, on one thread: what the estimate is of.
    func measuredEnergy(_ counter: EnergyCounter, seconds: Double, _ control: RunControl, rest: (Double) -> Void) throws -> MeasuredEnergy {
        let session = InferenceSession(model, kernels: .active, parallel: Parallel(threads: 1))
        var generator = SeededGenerator(seed: 0).split("energy")
        let item = (0..<model.inputCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        return try MeasuredEnergy(
            counter, seconds: seconds, batch: 1, clock: control.seconds, rest: rest, isCancelled: control.isCancelled
        ) { _ = session.classify(item, count: 1) }
    }
}
