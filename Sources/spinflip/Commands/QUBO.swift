internal import ArgumentParser

struct QUBOCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qubo", abstract: "Train a binary network as a discrete problem: as QUBO, as polynomial, or in the space of its weights.",
        subcommands: [QUBOBuild.self, QUBOTrain.self, QUBOVerify.self])
}
