public import BitCore

/// Times the kernels on shapes of real networks, each between runs of its roof: the same arithmetic on registers alone. Kernel and roof
/// take turns, so that both see the machine in the same state; only their ratio is worth comparing between machines and days.
///
/// Every time is of one call on operands that are in the caches, into memory that is already there. Rate and roof are those of the
/// shortest sample each: what else runs on a machine only ever adds time, and on a busy one the median measures the neighbours. Median
/// and longest time stand beside it and tell how busy the machine was.
public enum KernelBenchmark {
    /// - Parameters:
    ///   - threads: threads that share a call; the roof runs on as many.
    ///   - quick: fewer shapes and repeats: a look in about a second, not a measurement to quote.
    ///   - seconds: the clock, in seconds from any point.
    ///   - isCancelled: asked between shapes; what was measured so far is returned.
    ///   - onRow: called with each row as it is done and the number of rows to come in all.
    public static func run(
        isa: InstructionSet = .active, threads: Int = 1, quick: Bool = false, seconds: @escaping () -> Double,
        isCancelled: () -> Bool = { false }, onRow: (BenchmarkRow, Int) -> Void = { _, _ in }
    ) -> [BenchmarkRow] {
        let plan = KernelBenchmarkPlan(quick: quick)
        let stopwatch = Stopwatch(
            repeats: quick ? 15 : 75, secondsPerRepeat: 0.0005, secondsInAll: quick ? 0.1 : 1, seconds: seconds)
        let kernels = Kernels(isa)
        let parallel = Parallel(threads: threads)
        var rows: [BenchmarkRow] = []
        for item in plan.cases where !isCancelled() {
            let row = measure(item, kernels, parallel, stopwatch)
            rows.append(row)
            onRow(row, plan.cases.count)
        }
        return rows
    }

    static func measure(_ item: KernelBenchmarkPlan.Case, _ kernels: Kernels, _ parallel: Parallel, _ stopwatch: Stopwatch) -> BenchmarkRow {
        let workload = KernelWorkload(item, kernels, parallel)
        let roof = item.kernel.roof.map { KernelRoof($0, kernels.instructionSet) }
        let times = stopwatch.time(
            workload.run,
            between: { rounds in
                parallel.forEach(parallel.threads) { _ in roof?.run(rounds: rounds) }
            })
        let spread = BenchmarkRow.Seconds(times.work)
        let rate = item.work / spread.min * 1e-9
        let best = roof.map { Double($0.products * parallel.threads) / BenchmarkRow.Seconds(times.between).min * 1e-9 }
        return BenchmarkRow(
            name: item.name, shape: item.shape, isa: kernels.instructionSet.rawValue, threads: parallel.threads, seconds: spread,
            rate: rate, unit: item.kernel.unit, roof: best, fraction: best.map { rate / $0 })
    }
}

/// Times two things in turn.
struct Stopwatch {
    var repeats: Int
    /// How long a sample should last: long against the clock's grain, short against the scheduler's slices, so that some sample goes
    /// without interruption.
    var secondsPerRepeat: Double
    /// After this time three repeats are enough: reference kernels take hundreds of milliseconds a call.
    var secondsInAll: Double
    var seconds: () -> Double

    /// Seconds of one call of `work`, and of one round of `other`, over the repeats.
    func time(_ work: () -> Void, between other: (Int) -> Void) -> (work: [Double], between: [Double]) {
        work()
        let calls = count { calls in
            for _ in 0..<calls { work() }
        }
        let rounds = count(other)
        var times: (work: [Double], between: [Double]) = ([], [])
        let begin = seconds()
        for _ in 0..<repeats {
            let start = seconds()
            if times.work.count >= 3 && start - begin > secondsInAll { break }
            other(rounds)
            let middle = seconds()
            for _ in 0..<calls { work() }
            let end = seconds()
            times.between.append(Swift.max(middle - start, 1e-9) / Double(rounds))
            times.work.append(Swift.max(end - middle, 1e-9) / Double(calls))
        }
        return times
    }

    /// How many calls fill a sample. Bounded, so that a clock that stands still ends the search.
    private func count(_ body: (Int) -> Void) -> Int {
        var calls = 1
        while calls < 1 << 24 {
            let start = seconds()
            body(calls)
            let elapsed = seconds() - start
            if elapsed >= secondsPerRepeat { return calls }
            calls = elapsed > secondsPerRepeat / 16 ? Int(Double(calls) * secondsPerRepeat / elapsed) + 1 : calls * 8
        }
        return calls
    }
}
