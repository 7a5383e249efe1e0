/// A report as one HTML page that needs nothing else: style and charts are part of it, no script, nothing fetched. All texts given are
/// shown as they are; none is taken for HTML.
public struct HTMLReport: Sendable, Hashable {
    public var title: String
    /// A line below the title: what was run, when, by which version.
    public var subtitle: String
    public var sections: [Section]

    public init(title: String, subtitle: String = "", sections: [Section]) {
        self.title = title
        self.subtitle = subtitle
        self.sections = sections
    }

    public struct Section: Sendable, Hashable {
        /// Empty for a section without a heading, such as the summary.
        public var title: String
        public var blocks: [Block]

        public init(_ title: String = "", _ blocks: [Block]) {
            self.title = title
            self.blocks = blocks
        }
    }

    public indirect enum Block: Sendable, Hashable {
        /// Paragraphs, separated by blank lines.
        case text(String)
        /// Text as typed: commands, listings.
        case code(String)
        /// The few numbers that matter most.
        case cards([Card])
        case table(Table)
        case lines(LineChart)
        case bars(BarChart)
        case intervals(IntervalChart)
        case scatter(ScatterChart)
        case exactness(Exactness)
        /// Blocks side by side where there is room.
        case columns([Block])
        /// Blocks that open on a click.
        case details(String, [Block])
    }

    public struct Card: Sendable, Hashable {
        public enum Tone: String, Sendable, Hashable { case plain, good, bad }

        public var label: String
        public var value: String
        public var detail: String
        public var tone: Tone

        public init(_ label: String, _ value: String, detail: String = "", tone: Tone = .plain) {
            self.label = label
            self.value = value
            self.detail = detail
            self.tone = tone
        }
    }

    public struct Table: Sendable, Hashable {
        public var caption: String
        public var columns: [TextTable.Column]
        public var rows: [[String]]
        /// Rows that stand out: the best, the total.
        public var highlighted: Set<Int>

        /// - Precondition: every row has one cell for each column.
        public init(caption: String = "", columns: [TextTable.Column], rows: [[String]], highlighted: Set<Int> = []) {
            for row in rows { precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns") }
            self.caption = caption
            self.columns = columns
            self.rows = rows
            self.highlighted = highlighted
        }
    }

    /// Whether all ways to run a network gave the same answers.
    public struct Exactness: Sendable, Hashable {
        /// Inputs that went through every path.
        public var inputs: Int
        /// Inputs on which some path differed.
        public var mismatches: Int
        /// What was compared: `packed inference, AVX-512`, `exported C`.
        public var paths: [String]

        public init(inputs: Int, mismatches: Int, paths: [String]) {
            self.inputs = inputs
            self.mismatches = mismatches
            self.paths = paths
        }
    }
}
