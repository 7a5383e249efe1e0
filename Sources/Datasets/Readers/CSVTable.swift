/// A table as read: numbers and label texts.
struct CSVTable {
    private let name: String
    var columnNames: [String] = []
    /// Row-major.
    var values: [Double] = []
    var labels: [String] = []

    init(_ lines: CSVLines, options: CSVOptions) throws(DatasetError) {
        var lines = lines
        name = lines.name
        var line = CSVLines.Line()
        guard try lines.next(&line) else { throw DatasetError(name, .empty) }
        let width = line.fields.count
        guard width >= 2 else {
            throw lines.fault(line, "has 1 column where features and a label are needed; separate them by \"\(Character(UnicodeScalar(options.separator)))\"")
        }

        let first = (0..<width).map { lines.string(line, $0) }
        let labelColumn: Int
        switch options.label {
        case .last: labelColumn = width - 1
        case .index(let index):
            guard (0..<width).contains(index) else {
                throw DatasetError(name, .badOption("label column \(index) is not one of its columns 0...\(width - 1); choose one of them"))
            }
            labelColumn = index
        case .named(let column):
            guard let index = first.firstIndex(of: column) else { throw DatasetError(name, .noColumn(name: column, columns: first)) }
            labelColumn = index
        }
        var hasHeader = options.header == .present
        if case .named = options.label { hasHeader = true }
        if options.header == .automatic, !hasHeader {
            // An empty cell is a missing number, not a name.
            hasHeader = (0..<width).contains { $0 != labelColumn && !first[$0].isEmpty && lines.number(line, $0) == nil && !Self.isNotANumber(first[$0]) }
        }
        columnNames = hasHeader ? first : (1...width).map { "column \($0)" }
        columnNames.remove(at: labelColumn)

        if !hasHeader { try append(line, lines, width: width, labelColumn: labelColumn) }
        while try lines.next(&line) { try append(line, lines, width: width, labelColumn: labelColumn) }
        guard !labels.isEmpty else { throw DatasetError(name, .empty) }
    }

    /// "NaN" and its like in a first line are bad numbers rather than names of columns.
    private static func isNotANumber(_ text: String) -> Bool {
        ["nan", "na", "n/a", "null", "none", "inf", "+inf", "-inf", "infinity", "-infinity", "?"].contains(text.lowercased())
    }

    private mutating func append(_ line: CSVLines.Line, _ lines: CSVLines, width: Int, labelColumn: Int) throws(DatasetError) {
        try lines.check(line, width: width)
        for column in 0..<width where column != labelColumn {
            values.append(try lines.value(line, column))
        }
        let label = lines.string(line, labelColumn)
        guard !label.isEmpty else { throw lines.fault(line, "has no label in column \(labelColumn + 1); fill it in or remove the line") }
        labels.append(label)
    }

    func classes(limit: Int) throws(DatasetError) -> (labels: [Int], names: [String]) {
        // Labels that are the same number are the same class, however they are written: 1, 1.0.
        let distinct = Set(labels)
        let numbers = distinct.compactMap { text in Double(text).map { (text, $0) } }
        var index: [String: Int] = [:]
        var names: [String] = []
        if numbers.count == distinct.count, numbers.allSatisfy({ $0.1.isFinite }) {
            var last: Double?
            for (text, value) in numbers.sorted(by: { ($0.1, $0.0.utf8.count, $0.0) < ($1.1, $1.0.utf8.count, $1.0) }) {
                if value != last { names.append(text) }
                last = value
                index[text] = names.count - 1
            }
        } else {
            names = distinct.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            for (position, text) in names.enumerated() { index[text] = position }
        }
        guard names.count <= limit else {
            throw DatasetError(
                name, .badOption("its label column has \(names.count) different values, more than \(limit); name the column that holds the classes"))
        }
        return (labels.map { index[$0] ?? 0 }, names)
    }

    func quantised() -> (features: [UInt8], scaling: FeatureScaling) {
        let width = columnNames.count
        var least = [Double](repeating: .infinity, count: width)
        var greatest = [Double](repeating: -.infinity, count: width)
        var areBytes = [Bool](repeating: true, count: width)
        for row in 0..<labels.count {
            for column in 0..<width {
                let value = values[row * width + column]
                least[column] = Swift.min(least[column], value)
                greatest[column] = Swift.max(greatest[column], value)
                if !(value >= 0 && value <= 255 && value == value.rounded(.towardZero)) { areBytes[column] = false }
            }
        }
        let columns = (0..<width).map { column in
            if areBytes[column] { return FeatureScaling.Column.identity(columnNames[column]) }
            // Divided before subtracting: the range of huge values overflows. Of a constant column any step will do.
            let step = greatest[column] / 255 - least[column] / 255
            return FeatureScaling.Column(name: columnNames[column], offset: least[column], step: step.isNormal ? step : 1)
        }
        let features = values.indices.map { columns[$0 % width].byte(values[$0]) }
        return (features, FeatureScaling(columns: columns))
    }
}

extension CSVLines {
    func check(_ line: Line, width: Int) throws(DatasetError) {
        guard line.fields.count == width else {
            throw fault(line, "has \(line.fields.count) column\(line.fields.count == 1 ? "" : "s") where \(width) are needed; correct the line")
        }
    }

    func value(_ line: Line, _ column: Int) throws(DatasetError) -> Double {
        if let value = number(line, column) { return value }
        if line.fields[column].isEmpty { throw fault(line, "column \(column + 1) is empty; fill it in or remove the line") }
        throw fault(line, "column \(column + 1) holds \"\(string(line, column).prefix(40))\", which is not a finite number; correct it or remove the line")
    }
}
