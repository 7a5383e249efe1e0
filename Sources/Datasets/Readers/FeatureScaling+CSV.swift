extension FeatureScaling {
    /// Reads rows without labels and turns them into bytes: what prediction needs. A header is skipped when its first cell is not a
    /// number; lines must have as many columns as there are features.
    /// - Throws: `DatasetError`, which quotes the line at fault.
    public func rows(csv path: String, separator: UInt8 = UInt8(ascii: ",")) throws(DatasetError) -> [[UInt8]] {
        let text = try ByteSource(path: path).readAll(limit: Dataset.maximumCSVBytes)
        return try rows(CSVLines(text, name: path, separator: separator))
    }

    /// As above, from memory; `source` stands in errors.
    public func rows(csv bytes: [UInt8], source: String, separator: UInt8 = UInt8(ascii: ",")) throws(DatasetError) -> [[UInt8]] {
        let text = try ByteSource(bytes, name: source).readAll(limit: Dataset.maximumCSVBytes)
        return try rows(CSVLines(text, name: source, separator: separator))
    }

    /// Bytes as they are, for networks whose features were bytes already.
    public static func identity(_ count: Int) -> FeatureScaling {
        FeatureScaling(columns: (0..<count).map { Column.identity("column \($0 + 1)") })
    }

    private func rows(_ lines: CSVLines) throws(DatasetError) -> [[UInt8]] {
        var lines = lines
        var line = CSVLines.Line()
        var result: [[UInt8]] = []
        var isFirst = true
        while try lines.next(&line) {
            defer { isFirst = false }
            if isFirst, !line.fields.isEmpty, lines.number(line, 0) == nil, line.fields.count == columns.count { continue }
            try lines.check(line, width: columns.count)
            var row: [UInt8] = []
            row.reserveCapacity(columns.count)
            for (index, column) in columns.enumerated() {
                let value = try lines.value(line, index)
                if column.isIdentity, !(value >= 0 && value <= 255 && value == value.rounded(.towardZero)) {
                    throw lines.fault(line, "column \(index + 1) holds \(lines.string(line, index)), not an integer in 0...255; scale it as in training")
                }
                row.append(column.byte(value))
            }
            result.append(row)
        }
        return result
    }
}
