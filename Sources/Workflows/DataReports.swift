internal import BitCore
public import Datasets
internal import Report

/// What `spinflip data list` reports.
public struct DataListReport: Codable, Sendable {
    public var folder: String
    public var sets: [DatasetCatalog.Listing]

    public init(_ catalog: DatasetCatalog) {
        folder = catalog.folder
        sets = catalog.list()
    }
}

/// What `spinflip data fetch` reports.
public struct DataFetchReport: Codable, Sendable {
    public var name: String
    public var folder: String
    /// Paths of the files that were fetched; empty when all were there and good.
    public var files: [String]

    /// - Throws: `DatasetError`; files fetched before the failure stay.
    public init(_ catalog: DatasetCatalog, _ name: String, _ control: RunControl) async throws(DatasetError) {
        self.name = name
        folder = catalog.folder
        files = try await catalog.fetch(
            name,
            progress: {
                control.onProgress(Progress(stage: "fetching \($0.file)", completed: $0.received, total: $0.expected, unit: "B"))
            })
    }

    public var text: String {
        files.isEmpty
            ? "all files of \(name) are in \(folder)/\(name), and good"
            : files.map { "fetched and checked \($0)" }.joined(separator: "\n")
    }
}

/// What `spinflip data verify` reports.
public struct DataVerifyReport: Codable, Sendable {
    public struct File: Codable, Sendable, Hashable {
        public var dataset: String
        public var path: String
        public var bytes: Int
        public var good: Bool
        public var fault: String?
    }

    /// True when every file is there and as published.
    public var verified: Bool
    public var files: [File]

    /// - Parameter names: published sets; all that are there when empty.
    public init(_ catalog: DatasetCatalog, _ names: [String], _ control: RunControl) throws(DatasetError) {
        var chosen = names
        if chosen.isEmpty { chosen = catalog.list().filter { $0.state == .present }.map(\.name) }
        var files: [File] = []
        for (index, name) in chosen.enumerated() {
            control.onProgress(Progress(stage: "verifying", completed: index, total: chosen.count, unit: "sets", note: name))
            files += try catalog.verify(name).map {
                File(dataset: name, path: $0.path, bytes: $0.bytes, good: $0.isGood, fault: $0.fault.map(String.init(describing:)))
            }
        }
        self.files = files
        verified = files.allSatisfy(\.good)
    }

    public var text: String {
        if files.isEmpty { return "no published data set is there; spinflip data list shows where they are looked for" }
        return files.map { $0.good ? "good  \($0.path)" : "BAD   \($0.fault ?? $0.path)" }.joined(separator: "\n")
    }
}

extension DataListReport {
    public var text: String {
        var table = TextTable([
            .text("name"), .number("train"), .number("test"), .number("item"), .number("classes"), .text("state"), .text("what"),
        ])
        for set in sets {
            table.append([
                set.name, set.trainCount.map(NumberText.grouped) ?? "", set.testCount.map(NumberText.grouped) ?? "",
                set.itemShape.map { "\($0)" } ?? "", set.classCount.map(String.init) ?? "", set.state.rawValue, set.title,
            ])
        }
        return table.render() + "\n\npublished sets are looked for in \(folder); spinflip data fetch NAME gets one"
    }
}
