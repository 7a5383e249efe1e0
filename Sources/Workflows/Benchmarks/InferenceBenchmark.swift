internal import BinaryInference
public import BitCore
public import Profiling

extension LoadedModel {
    /// Times packed inference on random inputs: one item at a time (latency), and in batches on one thread and on all.
    /// - Parameters:
    ///   - rounds: how often each is measured.
    ///   - layers: also the layers of one item on one thread, in order, those that run as one together.
    public func benchmark(
        kernels: Kernels = .active, parallel: Parallel, rounds: Int = 9, layers: Bool = false, seed: UInt64 = 0, _ control: RunControl
    ) -> [BenchmarkRow] {
        var generator = SeededGenerator(seed: seed).split("benchmark")
        // Large networks take seconds for batches that say nothing new.
        let largest = Swift.min(Swift.max((1 << 35) / Swift.max(model.totals.products, 1), 1), 1024)
        let bytes = (0..<largest * model.inputCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        var cases = [(batch: 1, threads: 1)]
        if largest > 128 { cases.append((batch: 128, threads: 1)) }
        if largest > 1 { cases.append((batch: largest, threads: 1)) }
        if parallel.threads > 1 { cases.append((batch: largest, threads: parallel.threads)) }
        var rows: [BenchmarkRow] = []
        for (index, item) in cases.enumerated() where !control.isCancelled() {
            let session = InferenceSession(model, kernels: kernels, parallel: Parallel(threads: item.threads))
            let input = Array(bytes.prefix(item.batch * model.inputCount))
            // Enough calls that the clock's grain does not show; the first run also warms caches.
            let start = control.seconds()
            _ = session.classify(input, count: item.batch)
            let calls = Swift.max(1, Int(0.01 / Swift.max(control.seconds() - start, 1e-7)))
            var times: [Double] = []
            for _ in 0..<rounds {
                let start = control.seconds()
                for _ in 0..<calls { _ = session.classify(input, count: item.batch) }
                times.append((control.seconds() - start) / Double(calls))
            }
            let seconds = BenchmarkRow.Seconds(times)
            rows.append(
                BenchmarkRow(
                    name: model.name, shape: "batch \(item.batch)", isa: kernels.instructionSet.rawValue, threads: item.threads, seconds: seconds,
                    rate: Double(item.batch) / seconds.median, unit: "images/s"))
            control.onProgress(Progress(stage: "measuring \(model.name)", completed: index + 1, total: cases.count, unit: "cases"))
        }
        if layers, !control.isCancelled() {
            let session = InferenceSession(model, kernels: kernels)
            let item = Array(bytes.prefix(model.inputCount))
            _ = session.stepTimes(item, rounds: 2, clock: control.seconds)
            rows += session.stepTimes(item, rounds: 10 * rounds, clock: control.seconds).map { Self.row($0, kernels.instructionSet) }
        }
        return rows
    }

    private static func row(_ step: InferenceSession.StepTime, _ isa: InstructionSet) -> BenchmarkRow {
        let seconds = BenchmarkRow.Seconds(step.seconds)
        let work = step.products > 0 ? step.products : step.outputShape.count
        return BenchmarkRow(
            name: step.names[0] + (step.names.count > 1 ? " … \(step.names[step.names.count - 1])" : ""),
            shape: "\(step.outputShape) " + step.operations.joined(separator: "+"), isa: isa.rawValue, threads: 1, seconds: seconds,
            rate: Double(work) / Swift.max(seconds.median, 1e-9) * 1e-9, unit: step.products > 0 ? "GMAC/s" : "G/s")
    }
}
