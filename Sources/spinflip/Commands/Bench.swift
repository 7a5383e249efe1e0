internal import ArgumentParser
internal import BitCore
internal import DenseMath
internal import Profiling
internal import Workflows

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure rates beside a roof measured in the same run.",
        subcommands: [KernelBench.self, InferenceBench.self, TrainingBench.self])

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

        @Argument(help: ArgumentHelp("Model file, or mlp:… for one with random weights.", valueName: "model"))
        var model = BenchmarkReport.defaultModel

        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let report = try BenchmarkReport.inference(model, parallel: common.parallel, seed: common.seed, terminal.control)
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

        @Option(help: ArgumentHelp("Optimizer: adam or bop.", valueName: "name"))
        var optimizer = "adam"

        @Option(help: ArgumentHelp("Images a step.", valueName: "n"))
        var batchSize = 128

        @Option(help: ArgumentHelp("Operands of backward products: float32 or bfloat16.", valueName: "name"))
        var precision = "float32"

        @Option(help: ArgumentHelp("Rounds, each of a few steps and the engine's products.", valueName: "n"))
        var rounds = 9

        @OptionGroup var engine: EngineOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard batchSize > 0, rounds > 0 else { throw ValidationError("--batch-size and --rounds must be at least 1") }
        }

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let benchmark = try TrainingBenchmark(
                model: model, optimizer: optimizer, settings: ["precision": precision, "input": "binarised"], seed: common.seed,
                options: .init(batchSize: batchSize, rounds: rounds))
            let report = try BenchmarkReport.training(benchmark, engine: engine.resolve(), parallel: common.parallel, terminal.control)
            terminal.finish(report) { report.text }
            return report.isComplete ? .done : .interrupted
        }
    }
}
