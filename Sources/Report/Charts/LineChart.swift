/// Series of points over a common axis.
public struct LineChart: Sendable, Hashable {
    public struct Series: Sendable, Hashable {
        public var name: String
        public var x: [Double]
        public var y: [Double]
        public var isDashed: Bool

        /// - Precondition: as many x as y.
        public init(_ name: String, x: [Double], y: [Double], isDashed: Bool = false) {
            precondition(x.count == y.count, "\(x.count) x for \(y.count) y")
            self.name = name
            self.x = x
            self.y = y
            self.isDashed = isDashed
        }
    }

    public var title: String
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]
    public var unit: ValueUnit
    /// A logarithmic y axis; values that are not positive leave gaps.
    public var isLogarithmic: Bool
    /// The x are whole numbers, such as epochs.
    public var xIsWhole: Bool
    /// A logarithmic x axis; points that are not positive leave gaps.
    public var xIsLogarithmic: Bool

    public init(
        title: String, xLabel: String, yLabel: String = "", series: [Series], unit: ValueUnit = .plain, isLogarithmic: Bool = false,
        xIsWhole: Bool = true, xIsLogarithmic: Bool = false
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.unit = unit
        self.isLogarithmic = isLogarithmic
        self.xIsWhole = xIsWhole
        self.xIsLogarithmic = xIsLogarithmic
    }
}

extension LineChart {
    /// The chart as an inline SVG element, `width` units wide.
    func svg(width: Double, identifier: String) -> String {
        guard series.contains(where: { $0.y.contains { $0.isFinite && (!isLogarithmic || $0 > 0) } }) else {
            return SVG.empty(title: title, width: width, identifier: identifier)
        }
        let height = (width * 0.36 + 92).rounded()
        let xAxis = Axis(
            covering: series.flatMap(\.x), scale: xIsLogarithmic ? .logarithmic : .linear, wanted: width > 700 ? 10 : 6, wholeNumbers: xIsWhole,
            tight: true)
        let yAxis = Axis(covering: series.flatMap(\.y), scale: isLogarithmic ? .logarithmic : .linear, wanted: 5)
        let labels = yAxis.ticks.map { yAxis.label($0, unit) }
        let left = 16 + (labels.map(SVG.width).max() ?? 0)
        let legend = SVG.legend(series.map { ($0.name, $0.isDashed) }, left: left, width: width - left - 12)
        let top = legend.height + (yLabel.isEmpty ? 12 : 26)
        let (plotWidth, bottom) = (width - left - 14, height - 40)

        var svg = SVG(title: title, description: summary, width: width, height: height, identifier: identifier)
        svg.add(legend.svg)
        if !yLabel.isEmpty { svg.text(yLabel, x: left, y: legend.height + 13, classes: "axis-title") }
        for (tick, label) in zip(yAxis.ticks, labels) {
            let y = bottom - (yAxis.position(tick) ?? 0) * (bottom - top)
            svg.line("grid", x: (left, left + plotWidth), y: (y, y))
            svg.text(label, x: left - 8, y: y + 4, anchor: "end", classes: "tick")
        }
        svg.line("base", x: (left, left + plotWidth), y: (bottom, bottom))
        for tick in xAxis.ticks {
            let x = left + (xAxis.position(tick) ?? 0) * plotWidth
            svg.line("base", x: (x, x), y: (bottom, bottom + 4))
            svg.text(xAxis.label(tick, .plain), x: x, y: bottom + 18, anchor: "middle", classes: "tick")
        }
        svg.text(xLabel, x: left + plotWidth, y: height - 4, anchor: "end", classes: "axis-title")
        for (index, line) in series.enumerated() {
            svg.add(path(line, index, xAxis, yAxis) { (left + $0 * plotWidth, bottom - $1 * (bottom - top)) })
        }
        return svg.finish()
    }

    /// One series: its segments, and a dot that carries its last value.
    private func path(_ line: Series, _ index: Int, _ xAxis: Axis, _ yAxis: Axis, place: (Double, Double) -> (Double, Double)) -> String {
        var commands = ""
        var penIsDown = false
        var last: (x: Double, y: Double, value: Double, at: Double)?
        var segmentIsDot = false
        var dots = ""
        let style = SVG.style(index, isDashed: line.isDashed)
        func flushDot() {
            // A point between two gaps is no segment; it shows as a dot.
            if segmentIsDot, let last { dots += SVG.dot(style.fill, x: last.x, y: last.y, radius: 2.5) }
            segmentIsDot = false
        }
        for i in Self.thinned(line) {
            guard let u = xAxis.position(line.x[i]), let v = yAxis.position(line.y[i]) else {
                flushDot()
                penIsDown = false
                continue
            }
            let (x, y) = place(u, v)
            commands += "\(penIsDown ? "L" : "M")\(SVG.number(x)) \(SVG.number(y))"
            segmentIsDot = !penIsDown
            penIsDown = true
            last = (x, y, line.y[i], line.x[i])
        }
        flushDot()
        guard let last else { return "" }
        let value = unit == .percent ? NumberText.percent(last.value) : NumberText.compact(last.value)
        let tip = "\(line.name): \(value) at \(xLabel) \(Self.plainNumber(last.at))"
        return "<path class=\"\(style.line)\" d=\"\(commands)\"/>\(dots)" + SVG.dot(style.fill, x: last.x, y: last.y, radius: 3, tip: tip)
    }

    /// Which points to draw: all, or of long series the least and the greatest in each of 300 stretches, so that no peak is lost.
    static func thinned(_ line: Series) -> [Int] {
        guard line.x.count > 600 else { return Array(line.x.indices) }
        var kept: Set<Int> = [0, line.x.count - 1]
        for stretch in 0..<300 {
            let range = stretch * line.x.count / 300..<(stretch + 1) * line.x.count / 300
            if let low = range.min(by: { line.y[$0] < line.y[$1] }) { kept.insert(low) }
            if let high = range.max(by: { line.y[$0] < line.y[$1] }) { kept.insert(high) }
        }
        return kept.sorted()
    }

    /// For readers who do not see the chart.
    private var summary: String {
        series.map { line in
            guard let last = line.y.last, let at = line.x.last else { return "\(line.name): no points" }
            return "\(line.name): \(unit == .percent ? NumberText.percent(last) : NumberText.compact(last)) at \(xLabel) \(Self.plainNumber(at))"
        }.joined(separator: "; ")
    }

    /// Epochs and steps in full.
    private static func plainNumber(_ x: Double) -> String {
        x == x.rounded() && abs(x) < 1e15 ? NumberText.grouped(Int(x)) : NumberText.compact(x)
    }
}
