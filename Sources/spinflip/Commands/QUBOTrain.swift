internal import ArgumentParser
internal import Datasets
internal import Workflows

/// The network, its data and its objective: what the commands below `qubo` share.
struct DiscreteTaskOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Widths of the layers, inputs first: 9-3-1.", valueName: "widths"))
    var layers: String

    @Option(
        help: ArgumentHelp("Edges in place of whole connections: a line \"source target\" each, units counted from 0, layer after layer.", valueName: "file"))
    var edges: String?

    @Flag(help: "Give every neuron a constant input of +1.")
    var bias = false

    @Flag(help: "Connect every layer with all before it.")
    var skips = false

    @Option(help: ArgumentHelp("Data set (spinflip data list names them); teacher is one of the same edges.", valueName: "name"))
    var dataset: String

    @Option(help: ArgumentHelp("Training samples, drawn by the seed (default: all; 20 of a teacher).", valueName: "n"))
    var samples: Int?

    @Option(help: ArgumentHelp("Training samples of each class, drawn by the seed.", valueName: "n"))
    var perClass: Int?

    @Option(
        help: ArgumentHelp(
            "What the outputs tell apart: 3,5 (the first is +1), 3 (against the rest) or all (an output a class).", valueName: "list"))
    var classes: String?

    @Option(help: ArgumentHelp("Shrink images to this many pixels a side (default: as the first layer asks for).", valueName: "k"))
    var side: Int?

    @Option(
        help: ArgumentHelp(
            "Bytes of at least this are +1 (default: the data's own; the mean where images are shrunk).", valueName: "value"))
    var threshold: Double?

    @Option(help: ArgumentHelp("Reward for sums far from the threshold; auto is the greatest that can buy no error.", valueName: "mu"))
    var margin: String?

    @Option(help: ArgumentHelp("What is rewarded of a neuron: the sum of its margins over samples, or the worst.", valueName: "sum|worst"))
    var marginMeasure = "sum"

    @Option(help: ArgumentHelp("Whose margins: hidden, output or all.", valueName: "neurons"))
    var marginNeurons = "all"

    @Option(help: ArgumentHelp("Compare the sums of classes, with this margin, in place of their signs (form weights).", valueName: "n"))
    var hinge: Int?

    func request(seed: UInt64) -> DiscreteTaskRequest {
        DiscreteTaskRequest(
            layers: layers, edges: edges, hasBias: bias, hasSkips: skips, dataset: dataset, samples: samples, perClass: perClass, classes: classes, side: side,
            threshold: threshold, seed: seed)
    }

    var objective: ObjectiveOptions {
        ObjectiveOptions(margin: margin, marginMeasure: marginMeasure, marginNeurons: marginNeurons, hinge: hinge)
    }
}

struct QUBOTrain: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Solve the training of a small binary network as a discrete problem.",
        discussion: """
            The weights found are judged by a forward pass, whatever the form said of them. weights searches the weights themselves, qubo with auxiliary \
            bits for activations and sums, polynomial without; --sampler names what searches (spinflip solve --help), exact where optimality is to be \
            proved. Searches of weights: sa, pt, tabu, exact, reference, and batches for large data sets (with --hinge). With --dropout, subnetworks are \
            trained one after another, and what their solutions agree on becomes cheaper.
            """)

    @OptionGroup var task: DiscreteTaskOptions

    @Option(help: ArgumentHelp("Leave out hidden units with this probability, round after round.", valueName: "p"))
    var dropout: Double?

    @Option(help: ArgumentHelp("Rounds of dropout (default: 20).", valueName: "n"))
    var dropoutRounds: Int?

    @Option(help: ArgumentHelp("What a round adds to a weight's penalty (default: all rounds buy no error).", valueName: "eta"))
    var dropoutStep: Double?

    @Option(help: ArgumentHelp("What is kept of earlier penalties (default: 1).", valueName: "rho"))
    var dropoutDecay: Double?

    @Option(help: ArgumentHelp("Samples of a round (default: all).", valueName: "n"))
    var dropoutBatch: Int?

    @Option(help: ArgumentHelp("The answer: solve the whole once more, or vote by the penalties.", valueName: "solve|vote"))
    var dropoutDecode: String?

    @Option(help: ArgumentHelp("weights, polynomial or qubo.", valueName: "name"))
    var form = "weights"

    @Option(help: ArgumentHelp("What searches (default: the form's own).", valueName: "name"))
    var sampler: String?

    @Option(help: ArgumentHelp("Seconds to search (default: 10 where the search does not end by itself).", valueName: "s"))
    var timeLimit: Double?

    @Option(help: ArgumentHelp("Folder for the weights, as JSON.", valueName: "dir"))
    var out: String?

    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if dropout == nil, dropoutRounds != nil || dropoutStep != nil || dropoutDecay != nil || dropoutBatch != nil || dropoutDecode != nil {
            throw ValidationError("options of dropout without --dropout; give its rate")
        }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let training = DiscreteTraining(
            task.request(seed: common.seed), objective: task.objective,
            dropout: dropout.map {
                DropoutRequest(
                    rate: $0, rounds: dropoutRounds, step: dropoutStep, decay: dropoutDecay, batch: dropoutBatch, decoding: dropoutDecode)
            },
            form: form, sampler: sampler, timeLimit: timeLimit, threads: common.threadCount, out: out)
        let report = try training.run(data.catalog, terminal.control)
        for warning in report.warnings { terminal.warn(warning) }
        terminal.finish(report) { report.text }
        return report.isComplete ? .done : .interrupted
    }
}
