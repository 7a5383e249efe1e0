public import BitCore

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Data sets by name, and the folder in which published ones lie: a folder for each set, its files as published.
public struct DatasetCatalog: Sendable {
    /// Where published sets are looked for, and fetched to.
    public let folder: String

    public init(folder: String) { self.folder = folder }

    /// The folder given, else `SPINFLIP_DATA`, else `spinflip` in the user's cache folder.
    /// - Parameter environment: the variables of the process.
    public init(folder: String?, environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let folder, !folder.isEmpty {
            self.folder = folder
        } else if let data = variable("SPINFLIP_DATA") {
            self.folder = data
        } else if let cache = variable("XDG_CACHE_HOME") {
            self.folder = cache + "/spinflip"
        } else {
            #if os(macOS)
            self.folder = (variable("HOME") ?? ".") + "/Library/Caches/spinflip"
            #else
            self.folder = (variable("HOME") ?? ".") + "/.cache/spinflip"
            #endif
        }
    }

    /// More bytes of items are not read into memory at once.
    public static let maximumLoadedBytes = 1 << 31

    /// One line of the catalogue.
    public struct Listing: Sendable, Hashable, Codable {
        public enum State: String, Sendable, Hashable, Codable {
            /// Comes with the program.
            case embedded
            /// Made when asked for.
            case generated
            /// All files lie in the folder.
            case present
            /// Some file is not there.
            case absent
            /// A file the name points to.
            case userFile = "user-file"
        }

        public var name: String
        public var title: String
        /// nil where that depends on options.
        public var trainCount: Int?
        public var testCount: Int?
        public var itemShape: Shape?
        public var classCount: Int?
        public var licence: String
        public var state: State
        /// Where it lies, or what to do to have it.
        public var location: String
        /// True where the items are nodes of one graph; the counts are then of its parts.
        public var isGraph = false
    }

    /// All names, in the order in which they are listed.
    public static let names = [
        "digits", "mnist", "fashion-mnist", "cifar10", "cifar10-jpeg", "cifar10-lossless", "semeion", "adult-a1a", "cora", "citeseer", "pubmed", "karate",
        "graph:FOLDER", "folder:PATH", "csv:PATH", "teacher", "xor", "parity", "bars-and-stripes",
    ]

    public func list() -> [Listing] {
        var result = [
            Listing(
                name: "digits", title: "8×8 handwritten digits (UCI Optical Recognition of Handwritten Digits)", trainCount: 1437, testCount: 360,
                itemShape: [8, 8], classCount: 10, licence: "CC BY 4.0, E. Alpaydin, C. Kaynak 1998", state: .embedded, location: "in the program")
        ]
        for set in PublishedSet.all {
            let isPresent = set.files.allSatisfy { existing($0, of: set) != nil }
            result.append(
                Listing(
                    name: set.name, title: set.title, trainCount: set.trainCount, testCount: set.testCount, itemShape: set.itemShape,
                    classCount: set.classNames.count, licence: set.licence, state: isPresent ? .present : .absent,
                    location: isPresent ? "\(folder)/\(set.folders[0])" : set.isFetchable ? "spinflip data fetch \(set.name)" : advice(set),
                    isGraph: set.format == .graph))
        }
        result.append(
            Listing(
                name: "karate", title: "Zachary's karate club, 34 nodes, 78 edges; karate:4 has four classes", trainCount: 2, testCount: 32,
                itemShape: [34], classCount: 2, licence: "facts, W. W. Zachary 1977", state: .embedded, location: "in the program", isGraph: true))
        result.append(
            Listing(
                name: "graph:FOLDER", title: "A graph: nodes.csv, edges.csv, features.coo.csv", licence: "yours", state: .userFile,
                location: "the path in the name", isGraph: true))
        result.append(
            Listing(
                name: "folder:PATH", title: "JPEG and PNG images, in train/CLASS and val/CLASS or in CLASS", licence: "yours", state: .userFile,
                location: "the path in the name"))
        result.append(
            Listing(
                name: "csv:PATH", title: "A table of numbers with a label column", licence: "yours", state: .userFile,
                location: "the path in the name"))
        func generated(_ name: String, _ title: String, _ train: Int?, _ test: Int?, _ shape: Shape?, _ classes: Int?) {
            result.append(
                Listing(
                    name: name, title: title, trainCount: train, testCount: test, itemShape: shape, classCount: classes, licence: "none needed",
                    state: .generated, location: "made when asked for"))
        }
        generated("teacher", "±1 inputs labelled by a random binary network; teacher:16-8-2 names its layers", nil, nil, nil, nil)
        generated("xor", "Exclusive or of two bits", 4, 4, [2], 2)
        generated("parity", "Parity of 4 bits; parity:N of N", 16, 16, [4], 2)
        generated("bars-and-stripes", "4×4 images of bars or stripes; bars-and-stripes:N has side N", 28, 28, [4, 4], 2)
        return result
    }

    /// Loads a set by name.
    ///
    /// Sets with a published split have that; the last 360 digits are for testing; tables and teachers' sets are split by the seed. Of
    /// `xor`, `parity` and `bars-and-stripes` both parts are the whole: there is nothing to generalise to.
    /// - Throws: `DatasetError` for an unknown name (which lists the known ones and the nearest), and for what is wrong with a file.
    public func load(_ name: String, options: DatasetOptions = DatasetOptions()) throws(DatasetError) -> LabelledData {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (base, argument) = (parts[0], parts.count > 1 ? parts[1] : nil)
        switch (base, argument) {
        case ("digits", nil): return try LabelledData.digits()
        case ("xor", nil):
            let all = try Dataset.xor()
            return try LabelledData(train: all, test: all)
        case ("folder", nil), ("folder", ""): throw DatasetError(name, .badOption("names no folder; write folder:PATH"))
        case ("folder", let path?):
            let data = try LabelledData(
                imageFolder: path, size: options.imageSize, testFraction: options.testFraction, seed: options.seed, damaged: options.damagedImages,
                parallel: options.parallel)
            return options.allowsStreaming ? data : try data.loaded(limit: Self.maximumLoadedBytes)
        case ("csv", nil), ("csv", ""): throw DatasetError(name, .badOption("names no file; write csv:PATH"))
        case ("csv", let path?):
            return try LabelledData(Dataset(csv: path, options: options.csv), testFraction: options.testFraction, seed: options.seed)
        case ("parity", let argument):
            let all = try Dataset.parity(bits: number(argument, of: name) ?? 4)
            return try LabelledData(train: all, test: all)
        case ("bars-and-stripes", let argument):
            let all = try Dataset.barsAndStripes(side: number(argument, of: name) ?? 4)
            return try LabelledData(train: all, test: all)
        case ("teacher", let argument):
            let layers = try argument.map { text throws(DatasetError) in try self.layers(text, of: name) } ?? options.teacherLayers
            return try LabelledData(
                Dataset.teacher(layers: layers, count: options.items, seed: options.seed), testFraction: options.testFraction, seed: options.seed)
        default:
            if Self.isGraph(name) { throw DatasetError(name, .graph(.isGraph)) }
            guard let set = PublishedSet.all.first(where: { $0.name == name }) else { throw unknown(name) }
            return try load(set)
        }
    }

    /// The published set of that name.
    func published(_ name: String) throws(DatasetError) -> PublishedSet {
        if let set = PublishedSet.all.first(where: { $0.name == name }) { return set }
        if Self.names.contains(name) || Self.isGraph(name) || name.hasPrefix("csv:") || name.hasPrefix("folder:") {
            throw DatasetError(
                name, .badOption("has no published files; those that have are \(PublishedSet.all.map(\.name).joined(separator: ", "))"))
        }
        throw unknown(name)
    }

    /// Path of a file that is there, compressed or not.
    func existing(_ file: PublishedSet.File, of set: PublishedSet) -> String? {
        candidates(file, of: set).first(where: Self.isThere)
    }

    static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Where a file belongs.
    func path(_ file: PublishedSet.File, of set: PublishedSet) -> String { "\(folder)/\(set.folders[0])/\(file.name)" }

    private func candidates(_ file: PublishedSet.File, of set: PublishedSet) -> [String] {
        set.folders.flatMap { below in
            [file.name, file.plainName].map { "\(folder)/\(below)/\($0)" }
        }
    }

    func advice(_ set: PublishedSet) -> String {
        let elsewhere = "name the folder that holds \(set.folders[0])/ by --data-dir or SPINFLIP_DATA"
        return set.source.map { "\($0) (\(folder)/\(set.folders[0])), or \(elsewhere)" } ?? "run \"spinflip data fetch \(set.name)\", or \(elsewhere)"
    }

    private func load(_ set: PublishedSet) throws(DatasetError) -> LabelledData {
        let paths = set.files.map { existing($0, of: set) ?? path($0, of: set) }
        switch set.format {
        case .idx:
            func part(_ images: Int, _ labels: Int) throws(DatasetError) -> Dataset {
                try Dataset(
                    name: set.name, images: paths[images], labels: paths[labels], classNames: set.classNames, itemShape: set.itemShape,
                    adviceIfMissing: advice(set))
            }
            return try LabelledData(train: part(0, 1), test: part(2, 3))
        case .cifar:
            // Other pixels under this name would pass for the published ones in every report, so these are looked at when loaded.
            for (file, path) in zip(set.files, paths) {
                guard case .records = file.fingerprint else { continue }
                try Self.check(ByteSource(path: path, adviceIfMissing: advice(set)), against: file)
            }
            func part(_ paths: some Sequence<String>) throws(DatasetError) -> Dataset {
                try Dataset(name: set.name, cifarBatches: Array(paths), classNames: set.classNames, adviceIfMissing: advice(set))
            }
            return try LabelledData(train: part(paths.dropLast()), test: part(paths.suffix(1)))
        case .libsvm:
            let labels = set.classNames.compactMap { Int($0) }
            func part(_ path: String) throws(DatasetError) -> Dataset {
                try Dataset(libsvm: path, name: set.name, features: set.itemShape.count, labels: labels, adviceIfMissing: advice(set))
            }
            return try LabelledData(train: part(paths[0]), test: part(paths[1]))
        case .graph: throw DatasetError(set.name, .graph(.isGraph))
        case .semeion: return try LabelledData(semeion: Dataset(semeion: paths[0], adviceIfMissing: advice(set)))
        }
    }

    func unknown(_ name: String) -> DatasetError {
        let shown = name.count > 60 ? name.prefix(60) + "…" : name
        let base = String(name.prefix { $0 != ":" })
        return DatasetError(shown, .unknownName(known: Self.names, nearest: NearestName.find(base, among: Self.names)))
    }

    private func number(_ text: String?, of name: String) throws(DatasetError) -> Int? {
        guard let text else { return nil }
        guard let value = Int(text) else { throw DatasetError(name, .badOption("\"\(text)\" is not a whole number; write one after the colon")) }
        return value
    }

    private func layers(_ text: String, of name: String) throws(DatasetError) -> [Int] {
        var layers: [Int] = []
        for part in text.split(separator: "-", omittingEmptySubsequences: false) {
            guard let units = Int(part) else {
                throw DatasetError(name, .badOption("\"\(text)\" does not name layers; write them like 16-8-2, inputs first"))
            }
            layers.append(units)
        }
        return layers
    }
}
