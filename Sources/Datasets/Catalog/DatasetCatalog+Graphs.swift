internal import BitCore

extension DatasetCatalog {
    /// True of names of graphs, whether or not their files are there.
    public static func isGraph(_ name: String) -> Bool {
        name == "karate" || name.hasPrefix("karate:") || name == "graph" || name.hasPrefix("graph:")
            || PublishedSet.all.contains { $0.name == name && $0.format == .graph }
    }

    /// Loads a graph by name: `karate` (two classes), `karate:4`, `cora`, `citeseer`, `pubmed`, `graph:FOLDER`. The seed of the options draws the
    /// split of a folder that comes without one.
    ///
    /// A graph is read though nodes lack features (`GraphDataset.nodesWithoutFeatures`), as those of `pubmed` may; to train on it they must be there.
    /// - Throws: `DatasetError` for a name that is of no graph, and for what is wrong with a file.
    public func loadGraph(_ name: String, options: DatasetOptions = DatasetOptions()) throws(DatasetError) -> GraphDataset {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count > 1 ? parts[1] : nil) {
        case ("karate", nil), ("karate", "2"): return try .karateClub()
        case ("karate", "4"): return try .karateClub(classes: 4)
        case ("karate", _): throw DatasetError(name, .badOption("the karate club has 2 or 4 classes; write karate or karate:4"))
        case ("graph", nil), ("graph", ""): throw DatasetError(name, .badOption("names no folder; write graph:FOLDER"))
        case ("graph", let folder?): return try GraphDataset(folder: folder, name: name, seed: options.seed)
        default:
            guard let set = PublishedSet.all.first(where: { $0.name == name && $0.format == .graph }) else {
                if PublishedSet.all.contains(where: { $0.name == name }) || Self.names.contains(name) { throw DatasetError(name, .graph(.isNoGraph)) }
                throw unknown(name)
            }
            let below = set.folders.first { folder in set.files.contains { Self.isThere("\(self.folder)/\(folder)/\($0.name)") } } ?? set.folders[0]
            return try GraphFiles(name: name, folder: "\(folder)/\(below)", advice: advice(set)).read(seed: options.seed)
        }
    }
}
