internal import BinaryInference
public import BitCore
public import Profiling

extension LoadedModel {
    /// Times packed inference on random inputs: one item at a time (latency), and in batches on one thread and on all.
    /// - Parameter rounds: how often each is measured.
    public func benchmark(
        kernels: Kernels = .active, parallel: Parallel, rounds: Int = 9, seed: UInt64 = 0, _ control: RunControl
    ) -> [BenchmarkRow] {
        var generator = SeededGenerator(seed: seed).split("benchmark")
        let largest = 1024
        let bytes = (0..<largest * model.inputCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        var cases = [(batch: 1, threads: 1), (batch: 128, threads: 1), (batch: largest, threads: 1)]
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
        return rows
    }
}
