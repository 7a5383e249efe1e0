internal import BitCore
internal import Foundation
internal import Report

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

extension Experiment {
    static let qpsbgdRosenbrock = Experiment(
        name: "qpsbgd-rosenbrock", title: "Rosenbrock's function over {±1}^d: QP-SBGD and its baselines",
        source: "Krahn et al., arXiv 2310.15128 (abstract): the function is named, set-up and numbers were not found",
        needs: "nothing", takes: [.quick: "seconds: 20 seeds, 500 steps", .full: "seconds: 200 seeds, 2,000 steps"]
    ) { budget, context in
        RosenbrockStudy(budget, context).table(context)
    }
}

/// f(x) = Σ_i 100·(x_{i+1} − x_i²)² + (1 − x_i)², least at the vector of ones, which is a point of {±1}^d.
package struct RosenbrockStudy: Sendable {
    /// What moves, and where its gradient is taken.
    package enum Method: String, CaseIterable, Sendable {
        case projectedSGD = "SGD with projection"
        case binaryConnect = "BinaryConnect"
        case signSGD
        case proxQuant = "ProxQuant"
        case qpsbgd = "QP-SBGD"
        case projected = "QP-SBGD projected"

        var rates: [Double] {
            switch self {
            case .projectedSGD, .binaryConnect, .proxQuant: [1e-4, 1e-3, 1e-2]
            case .signSGD, .qpsbgd: [1e-3, 1e-2, 1e-1]
            case .projected: [0.05, 0.2, 1]
            }
        }

        var what: String {
            switch self {
            case .projectedSGD: "gradient at x, x clipped to [−1, 1]; judged at sign x"
            case .binaryConnect: "gradient at sign x, x clipped to [−1, 1]"
            case .signSGD: "x − η·sign(gradient at x); judged at sign x"
            case .proxQuant: "gradient at x, pulled towards ±1 ever harder; judged at sign x"
            case .qpsbgd: "x + ηD, D = −sign(gradient at sign x)"
            case .projected: "x in {±1}, entries that differ from D flip with probability η"
            }
        }
    }

    package struct Run: Sendable {
        /// Ends at the ones.
        package var isOptimal: Bool
        /// f at the signs, at the end.
        package var value: Double
        /// Steps until the signs were all ones for the first time.
        package var reached: Int?
        /// Share of the signs that are +1, after each step, the start first.
        package var ones: [Double]
        /// The first two numbers, likewise.
        var path: [(Double, Double)]
    }

    package var dimensions = [2, 10, 100]
    package var steps: Int
    package var seeds: [UInt64]
    var tuningSeeds: [UInt64]

    package init(_ budget: Experiment.Budget, _ context: ExperimentContext) {
        steps = budget == .quick ? 500 : 2000
        seeds = (0..<(budget == .quick ? 20 : 200)).map { context.seed &+ $0 }
        tuningSeeds = (0..<10).map { context.seed &+ 10_000 &+ $0 }
    }

    package static func value(_ x: [Double]) -> Double {
        var sum = 0.0
        for i in 0..<x.count - 1 {
            let (inner, outer) = (x[i + 1] - x[i] * x[i], 1 - x[i])
            sum += 100 * inner * inner + outer * outer
        }
        return sum
    }

    package static func gradient(_ x: [Double]) -> [Double] {
        var g = [Double](repeating: 0, count: x.count)
        for i in 0..<x.count - 1 {
            let inner = x[i + 1] - x[i] * x[i]
            g[i] += -400 * x[i] * inner - 2 * (1 - x[i])
            g[i + 1] += 200 * inner
        }
        return g
    }

    package func run(_ method: Method, dimension: Int, rate: Double, seed: UInt64) -> Run {
        var generator = SeededGenerator(seed: seed).split("rosenbrock \(dimension)")
        var x = (0..<dimension).map { _ in 2 * Double(generator.uniform()) - 1 }
        func signs(_ x: [Double]) -> [Double] { x.map { $0 >= 0 ? 1 : -1 } }
        if method == .projected { x = signs(x) }
        var run = Run(isOptimal: false, value: 0, reached: nil, ones: [], path: [])
        func note(_ step: Int) {
            let ones = x.count { $0 >= 0 }
            run.ones.append(Double(ones) / Double(dimension))
            run.path.append((x[0], x[1]))
            if ones == dimension, run.reached == nil { run.reached = step }
        }
        note(0)
        for step in 0..<steps {
            // Half a cosine to a hundredth; of the projected rule to 0.
            let fall = 0.5 * (1 + cos(.pi * Double(step) / Double(steps)))
            let eta = method == .projected ? rate * fall : rate * (0.01 + 0.99 * fall)
            switch method {
            case .projectedSGD:
                let g = Self.gradient(x)
                for i in x.indices { x[i] = min(1, max(-1, x[i] - eta * g[i])) }
            case .binaryConnect:
                let g = Self.gradient(signs(x))
                for i in x.indices { x[i] = min(1, max(-1, x[i] - eta * g[i])) }
            case .signSGD:
                let g = Self.gradient(x)
                for i in x.indices { x[i] -= g[i] > 0 ? eta : g[i] < 0 ? -eta : 0 }
            case .proxQuant:
                let g = Self.gradient(x)
                let pull = eta * Double(step) / Double(steps) * 100
                for i in x.indices {
                    let moved = min(1, max(-1, x[i] - eta * g[i]))
                    let near: Double = moved >= 0 ? 1 : -1
                    let distance = moved - near
                    x[i] = near + (distance < 0 ? -1 : 1) * max(abs(distance) - pull, 0)
                }
            case .qpsbgd:
                let g = Self.gradient(signs(x))
                // D is the binary vector nearest to −g; ties are +1.
                for i in x.indices { x[i] += -g[i] >= 0 ? eta : -eta }
            case .projected:
                let g = Self.gradient(x)
                for i in x.indices where (x[i] > 0) != (-g[i] >= 0) && Double(generator.uniform()) < eta { x[i] = -x[i] }
            }
            note(step + 1)
        }
        let last = signs(x)
        run.value = Self.value(last)
        run.isOptimal = last.allSatisfy { $0 > 0 }
        return run
    }

    func table(_ context: ExperimentContext) -> ExperimentTable {
        let start = context.control.seconds()
        var rows: [ReproductionReport.Row] = []
        var charts: [LineChart] = []
        var completed = 0
        for dimension in dimensions where !context.control.isCancelled() {
            context.control.onProgress(Progress(stage: "rosenbrock", completed: completed, total: nil, unit: "runs", note: "d = \(dimension)"))
            var (lines, paths): ([LineChart.Series], [LineChart.Series]) = ([], [])
            for method in Method.allCases {
                // The rate that ends at the ones most often; of equal ones the one with the least f, then the one that is there first.
                let ranked = method.rates.map { rate in
                    let trials = tuningSeeds.map { run(method, dimension: dimension, rate: rate, seed: $0) }
                    return (
                        rate: rate, optimal: trials.count(where: \.isOptimal), value: trials.reduce(0) { $0 + $1.value },
                        reached: trials.reduce(0) { $0 + ($1.reached ?? steps) }
                    )
                }
                let rate = ranked.min { (-$0.optimal, $0.value, $0.reached) < (-$1.optimal, $1.value, $1.reached) }?.rate ?? method.rates[0]
                var found: [UInt64: Run] = [:]
                for seed in seeds { found[seed] = run(method, dimension: dimension, rate: rate, seed: seed) }
                completed += seeds.count
                let reached = found.values.compactMap(\.reached).sorted()
                var measures = ["f at the end": found.values.reduce(0) { $0 + $1.value } / Double(seeds.count)]
                if !reached.isEmpty { measures["median steps to the ones"] = Double(reached[reached.count / 2]) }
                measures["reached at some step"] = Double(reached.count) / Double(seeds.count)
                rows.append(
                    .init(
                        "d = \(dimension): \(method.rawValue)", found.mapValues { $0.isOptimal ? 1 : 0 },
                        note: "η = \(NumberText.compact(rate)); \(method.what)",
                        measures: measures))
                let stride = max(1, steps / 250)
                let shown = Swift.stride(from: 0, through: steps, by: stride).map { $0 }
                lines.append(
                    .init(
                        method.rawValue, x: shown.map(Double.init),
                        y: shown.map { step in found.values.reduce(0) { $0 + $1.ones[step] } / Double(seeds.count) }))
                if dimension == 2, let first = seeds.first.flatMap({ found[$0] }) {
                    // Latent weights go on past the optimum for ever.
                    let way = first.path.prefix(251).prefix { abs($0.0) <= 1.6 && abs($0.1) <= 1.6 }
                    paths.append(.init(method.rawValue, x: way.map(\.0), y: way.map(\.1)))
                }
            }
            charts.append(
                LineChart(
                    title: "d = \(dimension): share of the signs that are those of the optimum, mean over \(seeds.count) seeds", xLabel: "steps", series: lines,
                    unit: .percent))
            if dimension == 2 {
                charts.append(
                    LineChart(
                        title: "d = 2: the first 250 steps from one start (seed \(seeds.first ?? 0)), as far as ±1.6", xLabel: "x₁", yLabel: "x₂",
                        series: paths, xIsWhole: false))
            }
        }
        return ExperimentTable(
            setting: "f(x) = Σ 100·(x_{i+1} − x_i²)² + (1 − x_i)² over \(steps) steps without noise, x uniform in [−1, 1]^d at first. Shown is the share of "
                + "\(seeds.count) seeds whose signs at the end are the optimum, all ones. Each method has one of three rates, chosen with 10 other seeds.",
            rows: rows, details: nil,
            notShown: [
                "The published set-up and numbers: not found.",
                "A quadratic program: without a layer the projection of a gradient onto {±1}^d is entry by entry, D = −sign(g), and QP-SBGD differs from signSGD by where the "
                    + "gradient is taken (at the signs, as with binary weights) and by the step at 0, which is +1: the ones have no gradient, so their projection is the ones "
                    + "themselves, a fixed point.",
                "Any difficulty of the binary problem: from every corner the last entry's gradient asks for +1, then the one before it, and so on.",
            ], seeds: seeds, completed: completed, runs: dimensions.count * Method.allCases.count * seeds.count,
            trainingSeconds: context.control.seconds() - start, interrupted: context.control.isCancelled(), curves: charts,
            measure: "Share of seeds that end at the optimum")
    }
}
