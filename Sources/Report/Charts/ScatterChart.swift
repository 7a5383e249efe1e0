/// Named points in series over two axes: what something costs against what it gives.
public struct ScatterChart: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double
        /// Written beside the point in the first series, and in the tips of all.
        public var label: String

        public init(x: Double, y: Double, label: String) { (self.x, self.y, self.label) = (x, y, label) }
    }

    public struct Series: Sendable, Hashable {
        public var name: String
        public var points: [Point]

        public init(_ name: String, points: [Point]) { (self.name, self.points) = (name, points) }
    }

    public var title: String
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]
    /// Of y.
    public var unit: ValueUnit
    /// A logarithmic x axis; points that are not positive are left out.
    public var xIsLogarithmic: Bool

    public init(title: String, xLabel: String, yLabel: String, series: [Series], unit: ValueUnit = .plain, xIsLogarithmic: Bool = false) {
        (self.title, self.xLabel, self.yLabel, self.series) = (title, xLabel, yLabel, series)
        (self.unit, self.xIsLogarithmic) = (unit, xIsLogarithmic)
    }
}

extension ScatterChart {
    /// The chart as an inline SVG element, `width` units wide.
    func svg(width: Double, identifier: String) -> String {
        let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite && (!xIsLogarithmic || $0.x > 0) }
        guard !points.isEmpty else { return SVG.empty(title: title, width: width, identifier: identifier) }
        let height = (width * 0.42 + 92).rounded()
        let xAxis = Axis(covering: points.map(\.x), scale: xIsLogarithmic ? .logarithmic : .linear, wanted: 6)
        let yAxis = Axis(covering: points.map(\.y), wanted: 5)
        let labels = yAxis.ticks.map { yAxis.label($0, unit) }
        let left = 16 + (labels.map(SVG.width).max() ?? 0)
        let legend = SVG.legend(series.map { ($0.name, false) }, left: left, width: width - left - 12)
        let top = legend.height + 26
        let (plotWidth, bottom) = (width - left - 14, height - 40)
        func place(_ point: Point) -> (x: Double, y: Double) {
            (left + (xAxis.position(point.x) ?? 0) * plotWidth, bottom - (yAxis.position(point.y) ?? 0) * (bottom - top))
        }

        var svg = SVG(title: title, description: summary, width: width, height: height, identifier: identifier)
        svg.add(legend.svg)
        svg.text(yLabel, x: left, y: legend.height + 13, classes: "axis-title")
        for (tick, label) in zip(yAxis.ticks, labels) {
            let y = bottom - (yAxis.position(tick) ?? 0) * (bottom - top)
            svg.line("grid", x: (left, left + plotWidth), y: (y, y))
            svg.text(label, x: left - 8, y: y + 4, anchor: "end", classes: "tick")
        }
        svg.line("base", x: (left, left + plotWidth), y: (bottom, bottom))
        for tick in xAxis.ticks {
            let x = left + (xAxis.position(tick) ?? 0) * plotWidth
            svg.line("grid", x: (x, x), y: (top, bottom))
            svg.text(xAxis.label(tick, .plain), x: x, y: bottom + 18, anchor: "middle", classes: "tick")
        }
        svg.text(xLabel, x: left + plotWidth, y: height - 4, anchor: "end", classes: "axis-title")
        for (index, line) in series.enumerated() {
            for point in line.points where point.x.isFinite && point.y.isFinite && (!xIsLogarithmic || point.x > 0) {
                let (x, y) = place(point)
                svg.add(SVG.dot(SVG.style(index, isDashed: false).fill, x: x, y: y, radius: 4.5, tip: "\(point.label), \(line.name): \(text(point))"))
                guard index == 0 else { continue }
                // To the left where the right end has no room.
                let isNearEnd = x + 10 + SVG.width(point.label) > left + plotWidth
                svg.text(point.label, x: isNearEnd ? x - 8 : x + 8, y: y - 7, anchor: isNearEnd ? "end" : "start", classes: "label")
            }
        }
        return svg.finish()
    }

    private func text(_ point: Point) -> String {
        "\(NumberText.compact(point.x)) \(xLabel), \(unit == .percent ? NumberText.percent(point.y) : NumberText.compact(point.y))"
    }

    /// For readers who do not see the chart.
    private var summary: String {
        series.map { line in "\(line.name): " + line.points.map { "\($0.label) \(text($0))" }.joined(separator: ", ") }.joined(separator: "; ")
    }
}

extension ScatterChart {
    /// The chart as a file of its own, with the page's style sheet inside: for documents that show images.
    public func svgFile(width: Double = 720) -> String { SVG.file(svg(width: width, identifier: "chart")) }
}
