/// A table for a terminal: columns as wide as their widest cell, two spaces between them, numbers to the right.
public struct TextTable: Sendable, Hashable {
    public enum Alignment: Sendable, Hashable { case left, right }

    public struct Column: Sendable, Hashable {
        public var title: String
        public var alignment: Alignment

        public init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }

        public static func text(_ title: String) -> Column { Column(title, .left) }
        public static func number(_ title: String) -> Column { Column(title, .right) }
    }

    public var columns: [Column]
    public private(set) var rows: [[String]] = []
    /// Row numbers before which a rule is drawn: totals.
    private var rules: Set<Int> = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// - Precondition: one cell for each column.
    public mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(cells.map { $0.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ") })
    }

    /// Draws a line between the rows before and after.
    public mutating func appendRule() { rules.insert(rows.count) }

    /// The lines, without a line end after the last. A character counts as one column.
    public func render(indent: Int = 0) -> String {
        let widths = columns.indices.map { column in rows.reduce(columns[column].title.count) { Swift.max($0, $1[column].count) } }
        let margin = String(repeating: " ", count: indent)
        func line(_ cells: [String]) -> String {
            var text = margin
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { text += "  " }
                text += columns[column].alignment == .left ? cell + padding : padding + cell
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        let rule = line(widths.map { String(repeating: "-", count: $0) })
        var lines: [String] = []
        if columns.contains(where: { !$0.title.isEmpty }) { lines += [line(columns.map(\.title)), rule] }
        for (index, row) in rows.enumerated() {
            if rules.contains(index) { lines.append(rule) }
            lines.append(line(row))
        }
        return lines.joined(separator: "\n")
    }
}
