/// How a table is laid out.
public struct CSVOptions: Hashable, Sendable {
    public enum Header: String, Hashable, Sendable {
        /// The first line is a header when one of its feature cells is not a number.
        case automatic
        case present
        case absent
    }

    public enum LabelColumn: Hashable, Sendable {
        case last
        /// Counted from 0.
        case index(Int)
        /// As in the header.
        case named(String)
    }

    public var header: Header
    public var label: LabelColumn
    /// The byte between fields.
    public var separator: UInt8

    public init(header: Header = .automatic, label: LabelColumn = .last, separator: UInt8 = UInt8(ascii: ",")) {
        self.header = header
        self.label = label
        self.separator = separator
    }
}
