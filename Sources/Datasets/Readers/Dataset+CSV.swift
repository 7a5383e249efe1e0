internal import BitCore

extension Dataset {
    /// More text than this is not read.
    public static let maximumCSVBytes = 1 << 30
    /// A label column with more values than this is taken for a mistake.
    public static let maximumCSVClasses = 4096

    /// A table, one item a line: numbers, and a label in one column.
    ///
    /// A column of integers in 0…255 is stored as it is. Any other column is quantised affinely: its least value becomes 0, its greatest
    /// 255, so a step is 1/255 of its range; `scaling` keeps the map. Classes are the different labels: in numerical order when all are
    /// numbers, else in the order of their bytes.
    /// - Throws: `DatasetError`, which quotes the line at fault.
    public init(csv path: String, name: String? = nil, options: CSVOptions = CSVOptions()) throws(DatasetError) {
        let text = try ByteSource(path: path).readAll(limit: Self.maximumCSVBytes)
        try self.init(csv: text, source: path, name: name ?? path, options: options)
    }

    /// Reads a table from memory, gzipped or not; `source` stands in errors.
    public init(csv bytes: [UInt8], source: String, name: String, options: CSVOptions = CSVOptions()) throws(DatasetError) {
        let text = try ByteSource(bytes, name: source).readAll(limit: Self.maximumCSVBytes)
        let table = try CSVTable(CSVLines(text, name: source, separator: options.separator), options: options)
        let (labels, classNames) = try table.classes(limit: Self.maximumCSVClasses)
        let (features, scaling) = table.quantised()
        let range = (features.min() ?? 0)...(features.max() ?? 0)
        try self.init(
            name: name, itemShape: [table.columnNames.count], features: features, labels: labels, classNames: classNames,
            encodings: scaling.isIdentity ? RecommendedEncodings(range: range) : .bytes, scaling: scaling)
    }
}
