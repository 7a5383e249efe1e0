internal import ArgumentParser
internal import Datasets
internal import Foundation

/// Where data sets are.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of the data sets (default: $SPINFLIP_DATA, else the user's cache folder).", valueName: "dir"))
    var dataDir: String?

    var catalog: DatasetCatalog { DatasetCatalog(folder: dataDir, environment: ProcessInfo.processInfo.environment) }
}
