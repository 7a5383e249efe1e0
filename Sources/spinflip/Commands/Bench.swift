internal import ArgumentParser
internal import BitCore
internal import Datasets
internal import DenseMath
internal import Profiling
internal import Workflows

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure rates beside a roof measured in the same run.",
        subcommands: [KernelBench.self, InferenceBench.self, TrainingBench.self, SolverBench.self, DiscreteBench.self])

    struct KernelBench: Command {
        static let stopsCleanly = true
        static let configuration = CommandConfiguration(
            commandName: "kernels",
            abstract: "The kernels on real shapes, each beside the bare instructions it is made of. SPINFLIP_ISA chooses the variant.")

        @Flag(help: "Fewer shapes and repeats: a look, not a measurement to quote.")
        var quick = false

        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let report = BenchmarkReport.kernels(parallel: common.parallel, quick: quick, terminal.control)
            terminal.finish(report) { report.text }
            return report.isComplete ? .done : .interrupted
        }
    }

    struct InferenceBench: Command {
        static let stopsCleanly = true
        static let configuration = CommandConfiguration(
            commandName: "inference", abstract: "Packed inference: one image at a time, and in batches.")

        @Argument(help: ArgumentHelp("Model file, or the name of an architecture (mlp:…, birealnet18:imagenet, …) for random weights.", valueName: "model"))
        var model = BenchmarkReport.defaultModel

        @Flag(help: "Also the time of every layer for one image; layers that run in one pass stand in one row.")
        var layers = false

        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let report = try BenchmarkReport.inference(model, parallel: common.parallel, layers: layers, seed: common.seed, terminal.control)
            terminal.finish(report) { report.text }
            return report.isComplete ? .done : .interrupted
        }
    }

    struct TrainingBench: Command {
        static let stopsCleanly = true
        static let configuration = CommandConfiguration(
            commandName: "training", abstract: "Whole training steps beside the engine's own rate on the same matrix products.")

        @Argument(help: ArgumentHelp("Model by name.", valueName: "model"))
        var model = BenchmarkReport.defaultModel

        @Option(help: ArgumentHelp("Optimizer.", valueName: "name"))
        var optimizer = "adam"

        @Option(help: ArgumentHelp("Images a step.", valueName: "n"))
        var batchSize = 128

        @Option(help: ArgumentHelp("Operands of backward products: float32 or bfloat16.", valueName: "name"))
        var precision = "float32"

        @Option(help: ArgumentHelp("How bytes become inputs: standard, binarised, …", valueName: "form"))
        var input = "binarised"

        @Option(help: ArgumentHelp("Rounds, each of a few steps and the engine's products.", valueName: "n"))
        var rounds = 9

        @OptionGroup var engine: EngineOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard batchSize > 0, rounds > 0 else { throw ValidationError("--batch-size and --rounds must be at least 1") }
        }

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let benchmark = try TrainingBenchmark(
                model: model, optimizer: optimizer, settings: ["precision": precision, "input": input], seed: common.seed,
                options: .init(batchSize: batchSize, rounds: rounds))
            let report = try BenchmarkReport.training(benchmark, engine: engine.resolve(), parallel: common.parallel, terminal.control)
            terminal.finish(report) { report.text }
            return report.isComplete ? .done : .interrupted
        }
    }

    struct SolverBench: Command {
        static let stopsCleanly = true
        static let configuration = CommandConfiguration(
            commandName: "solvers",
            abstract: "What samplers find in how long, and the rates of their engines.",
            discussion: """
                Files are solved with several seeds each, and medians reported. Without files and without --published, rates are measured: \
                proposals a nanosecond of every engine of annealing on generated graphs, what more threads add, and exact enumeration. Exit status 1 \
                says that --target was given and a median run missed it.
                """)

        @Argument(help: ArgumentHelp("Problem files.", valueName: "file"))
        var files: [String] = []

        @Flag(help: "Measure the rates of engines.")
        var rates = false

        @Flag(help: "Measure by how much limits of time are overrun, by every sampler or the one that --sampler names.")
        var limits = false

        @Flag(help: "Solve the instances of gset and qubo-sample, in the folder of the data sets, beside the goals of this project.")
        var published = false

        @Option(help: ArgumentHelp("What searches.", valueName: "name"))
        var sampler = "auto"

        @Option(help: ArgumentHelp("Options of the sampler: a JSON object.", valueName: "json"))
        var options: String?

        @Option(help: ArgumentHelp("Format of the files (default: by name and content).", valueName: "name"))
        var format: String?

        @Option(help: ArgumentHelp("Sense of the files, as in solve.", valueName: "name"))
        var sense: String?

        @Option(help: ArgumentHelp("Seconds a run (default: 10, or what a published instance is given).", valueName: "s"))
        var timeLimit: Double?

        @Option(parsing: .unconditional, help: ArgumentHelp("Objective at which a run stops, the same for all files.", valueName: "e"))
        var target: Double?

        @Option(help: ArgumentHelp("Runs an instance, with seeds from --seed on.", valueName: "n"))
        var seeds = 10

        @OptionGroup var data: DataOptions
        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            var report = SolverBenchmarkReport(rows: [], isComplete: true)
            if rates || (files.isEmpty && !published && !limits) {
                report = try SolverBenchmark.rates(threads: common.threadCount, seed: common.seed, terminal.control)
            }
            if limits, report.isComplete {
                let overruns = try SolverBenchmark.limits(
                    sampler == "auto" ? nil : [sampler], threads: common.threadCount, seed: common.seed, terminal.control)
                report = SolverBenchmarkReport(rows: report.rows + overruns.rows, isComplete: overruns.isComplete)
            }
            var instances = try SolverBenchmark.instances(files, format: format, sense: sense, target: target)
            if published { instances += try SolverBenchmark.published(in: data.catalog.folder) }
            if !instances.isEmpty, report.isComplete {
                let benchmark = SolverBenchmark(
                    sampler: sampler, options: options, timeLimit: timeLimit, seeds: seeds, firstSeed: common.seed, threads: common.threadCount)
                let solved = try benchmark.run(instances, terminal.control)
                report = SolverBenchmarkReport(rows: report.rows + solved.rows, isComplete: solved.isComplete)
            }
            terminal.finish(report) { report.text }
            guard report.isComplete else { return .interrupted }
            let missed = target != nil && report.rows.contains { $0.unit == "objective" && $0.isReached == false }
            return missed ? .targetNotMet : .done
        }
    }

    struct DiscreteBench: Command {
        static let stopsCleanly = true
        static let configuration = CommandConfiguration(
            commandName: "discrete",
            abstract: "How soon small networks trained as discrete problems make no error, and how fast weights are searched.",
            discussion: """
                Samples are labelled by random networks of the same edges, so that some weights make no error. Exit status 1 says that some goal was \
                missed.
                """)

        @Option(help: ArgumentHelp("Teachers of each size, with seeds from --seed on.", valueName: "n"))
        var seeds = 20

        @Option(help: ArgumentHelp("Seconds a search.", valueName: "s"))
        var timeLimit = 10.0

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard seeds > 0, timeLimit > 0 else { throw ValidationError("--seeds and --time-limit must be greater than 0") }
        }

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let rates = try DiscreteBenchmark.rates(seed: common.seed, terminal.control)
            let fits = try DiscreteBenchmark.fits(seeds: seeds, firstSeed: common.seed, timeLimit: timeLimit, terminal.control)
            let report = SolverBenchmarkReport(rows: rates.rows + fits.rows, isComplete: rates.isComplete && fits.isComplete)
            terminal.finish(report) { report.text }
            guard report.isComplete else { return .interrupted }
            return report.rows.contains { $0.isReached == false } ? .targetNotMet : .done
        }
    }
}
