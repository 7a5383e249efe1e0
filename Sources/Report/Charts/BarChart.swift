/// Named values as horizontal bars from zero.
public struct BarChart: Sendable, Hashable {
    public struct Bar: Sendable, Hashable {
        public var name: String
        public var value: Double
        /// Written behind the bar in place of the number.
        public var text: String?
        /// Drawn in the accent colour; the others step back when any bar is.
        public var isHighlighted: Bool

        public init(_ name: String, _ value: Double, text: String? = nil, isHighlighted: Bool = false) {
            self.name = name
            self.value = value
            self.text = text
            self.isHighlighted = isHighlighted
        }
    }

    public var title: String
    public var xLabel: String
    public var bars: [Bar]
    public var unit: ValueUnit
    /// The axis ends here at least: 1 for shares of a whole.
    public var upper: Double?

    public init(title: String, xLabel: String = "", bars: [Bar], unit: ValueUnit = .plain, upper: Double? = nil) {
        self.title = title
        self.xLabel = xLabel
        self.bars = bars
        self.unit = unit
        self.upper = upper
    }
}

extension BarChart {
    func svg(width: Double, identifier: String) -> String {
        guard !bars.isEmpty else { return SVG.empty(title: title, width: width, identifier: identifier) }
        let rowHeight = 28.0
        let texts = bars.map { $0.text ?? (unit == .percent ? NumberText.percent($0.value) : NumberText.compact($0.value)) }
        let left = Swift.min(16 + (bars.map { SVG.width($0.name) }.max() ?? 0), width * 0.42)
        let right = 18 + (texts.map(SVG.width).max() ?? 0)
        let plotWidth = width - left - right
        let bottom = 8 + rowHeight * Double(bars.count)
        let height = bottom + (xLabel.isEmpty ? 26 : 42)
        let axis = Axis(covering: [0, upper ?? 0] + bars.map(\.value), wanted: 5)
        let zero = left + (axis.position(0) ?? 0) * plotWidth
        let anyHighlight = bars.contains(where: \.isHighlighted)

        let summary = zip(bars, texts).map { "\($0.name): \($1)" }.joined(separator: "; ")
        var svg = SVG(title: title, description: summary, width: width, height: height, identifier: identifier)
        for tick in axis.ticks {
            let x = left + (axis.position(tick) ?? 0) * plotWidth
            svg.line(tick == 0 ? "base" : "grid", x: (x, x), y: (4, bottom))
            svg.text(axis.label(tick, unit), x: x, y: bottom + 16, anchor: "middle", classes: "tick")
        }
        if !xLabel.isEmpty { svg.text(xLabel, x: left + plotWidth, y: height - 4, anchor: "end", classes: "axis-title") }
        for (index, bar) in bars.enumerated() {
            let y = 8 + rowHeight * Double(index)
            let end = axis.position(bar.value).map { left + $0 * plotWidth } ?? zero
            let style = anyHighlight && !bar.isHighlighted ? "f-muted" : "f0"
            svg.text(SVG.shortened(bar.name, to: left - 16), x: left - 10, y: y + 17, anchor: "end", classes: "label")
            let (start, length) = (SVG.number(Swift.min(zero, end)), SVG.number(Swift.max(abs(end - zero), 1)))
            svg.add("<rect class=\"\(style)\" x=\"\(start)\" y=\"\(SVG.number(y + 4))\" width=\"\(length)\" height=\"18\" rx=\"2\"/>")
            svg.text(texts[index], x: Swift.max(end, zero) + 8, y: y + 17, classes: "value")
        }
        return svg.finish()
    }
}
