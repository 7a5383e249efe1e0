internal import ArgumentParser
internal import DenseMath

/// What performs dense products in training.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Engine of the dense products: onednn or portable (default: the best in this build).", valueName: "name"))
    var engine: String?

    func resolve() throws(EngineError) -> any DenseEngine { try Engines.named(engine) }
}
