/// Named means with their intervals and the values they come from, one below the other on a common axis that need not start at zero: for
/// accuracies that differ by little.
public struct IntervalChart: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        public var name: String
        public var mean: Double
        /// Half the width of the interval; nil where there is none.
        public var halfWidth: Double?
        /// The single measurements, drawn as small dots.
        public var values: [Double]
        /// Written behind the interval in place of the number.
        public var text: String?

        public init(_ name: String, _ mean: Double, halfWidth: Double? = nil, values: [Double] = [], text: String? = nil) {
            self.name = name
            self.mean = mean
            self.halfWidth = halfWidth
            self.values = values
            self.text = text
        }
    }

    public var title: String
    public var xLabel: String
    public var points: [Point]
    public var unit: ValueUnit

    public init(title: String, xLabel: String = "", points: [Point], unit: ValueUnit = .plain) {
        self.title = title
        self.xLabel = xLabel
        self.points = points
        self.unit = unit
    }
}

extension IntervalChart {
    /// The chart as an inline SVG element, `width` units wide.
    func svg(width: Double, identifier: String) -> String {
        guard points.contains(where: { $0.mean.isFinite }) else { return SVG.empty(title: title, width: width, identifier: identifier) }
        let rowHeight = 28.0
        let texts = points.map { $0.text ?? (unit == .percent ? NumberText.percent($0.mean) : NumberText.compact($0.mean)) }
        let left = Swift.min(16 + (points.map { SVG.width($0.name) }.max() ?? 0), width * 0.42)
        let right = 18 + (texts.map(SVG.width).max() ?? 0)
        let plotWidth = width - left - right
        let bottom = 8 + rowHeight * Double(points.count)
        let height = bottom + (xLabel.isEmpty ? 26 : 42)
        let axis = axis

        let summary = zip(points, texts).map { "\($0.name): \($1)" }.joined(separator: "; ")
        var svg = SVG(title: title, description: summary, width: width, height: height, identifier: identifier)
        func place(_ value: Double) -> Double { left + Swift.min(Swift.max(axis.position(value) ?? 0, 0), 1) * plotWidth }
        for tick in axis.ticks {
            svg.line("grid", x: (place(tick), place(tick)), y: (4, bottom))
            svg.text(axis.label(tick, unit), x: place(tick), y: bottom + 16, anchor: "middle", classes: "tick")
        }
        if !xLabel.isEmpty { svg.text(xLabel, x: left + plotWidth, y: height - 4, anchor: "end", classes: "axis-title") }
        for (index, point) in points.enumerated() where point.mean.isFinite {
            let y = 8 + rowHeight * (Double(index) + 0.5)
            svg.text(SVG.shortened(point.name, to: left - 16), x: left - 10, y: y + 4, anchor: "end", classes: "label")
            if let half = point.halfWidth, half.isFinite {
                let (low, high) = (place(point.mean - half), place(point.mean + half))
                svg.line("s0", x: (low, high), y: (y, y))
                for end in [low, high] { svg.line("base", x: (end, end), y: (y - 5, y + 5)) }
            }
            for value in point.values where value.isFinite { svg.add(SVG.dot("f1", x: place(value), y: y, radius: 2.8)) }
            svg.add(SVG.dot("f0", x: place(point.mean), y: y, radius: 4.5, tip: "\(point.name): \(texts[index])"))
            svg.text(texts[index], x: width - right + 10, y: y + 4, classes: "value")
        }
        return svg.finish()
    }

    /// Covers all means and values. An interval that is far wider than these (few seeds) is cut at the axis' ends rather than squeezing
    /// everything else together.
    private var axis: Axis {
        let inner = points.flatMap { [$0.mean] + $0.values }.filter(\.isFinite)
        let (low, high) = (inner.min() ?? 0, inner.max() ?? 1)
        let reach = Swift.max((high - low) * 0.5, 1e-9)
        let ends = points.flatMap { point in point.halfWidth.map { [point.mean - $0, point.mean + $0] } ?? [] }.filter(\.isFinite)
        let covered = inner + ends.map { Swift.min(Swift.max($0, low - reach), high + reach) }
        // Shares end at 0 and 1.
        return Axis(covering: unit == .percent ? covered.map { Swift.min(Swift.max($0, 0), 1) } : covered, wanted: 6)
    }
}
