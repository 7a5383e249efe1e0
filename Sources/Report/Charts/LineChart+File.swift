extension LineChart {
    /// The curve that says most of training runs, over each other: test accuracy where it was measured, else what was. nil without epochs.
    public init?(runs: [RunLog]) {
        guard let chart = HTMLReport.curves(HTMLReport.withDistinctNames(runs)).first else { return nil }
        self = chart
    }

    /// The chart as a file of its own, with the page's style sheet inside: for documents that show images.
    public func svgFile(width: Double = 720) -> String {
        let element = svg(width: width, identifier: "chart")
        let style = "<style>svg { background: var(--ground); font-family: system-ui, sans-serif; }\n\(Stylesheet.text)</style>"
        guard let end = element.firstIndex(of: ">") else { return element }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + element[..<end].dropFirst("<svg".count) + ">" + style
            + element[element.index(after: end)...] + "\n"
    }
}
