internal import ArgumentParser
internal import Datasets
internal import Workflows

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "List, fetch and verify data sets.", subcommands: [List.self, Fetch.self, Verify.self], defaultSubcommand: List.self)

    struct List: Command {
        static let configuration = CommandConfiguration(abstract: "List the data sets and where they are.")

        @OptionGroup var data: DataOptions
        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let report = DataListReport(data.catalog)
            terminal.finish(report) { report.text }
            return .done
        }
    }

    struct Fetch: Command {
        static let stopsCleanly = true
        static let configuration = CommandConfiguration(abstract: "Fetch the files of a published data set, and check them.")

        @Argument(help: "Data set: mnist or fashion-mnist.")
        var name: String

        @OptionGroup var data: DataOptions
        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let (catalog, name, control) = (data.catalog, name, terminal.control)
            let report = try terminal.wait { try await DataFetchReport(catalog, name, control) }
            terminal.finish(report) { report.text }
            return .done
        }
    }

    struct Verify: Command {
        static let configuration = CommandConfiguration(abstract: "Compare the files of published data sets with their checksums.")

        @Argument(help: "Data sets (default: all that are there).")
        var names: [String] = []

        @OptionGroup var data: DataOptions
        @OptionGroup var common: CommonOptions

        func perform(_ terminal: Terminal) throws -> ExitStatus {
            let report = try DataVerifyReport(data.catalog, names, terminal.control)
            terminal.finish(report) { report.text }
            return report.verified ? .done : .targetNotMet
        }
    }
}
