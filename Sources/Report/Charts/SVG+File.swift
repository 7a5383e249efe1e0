extension LineChart {
    /// The chart as a file of its own, with the page's style sheet inside: for documents that show images.
    public func svgFile(width: Double = 720) -> String { SVG.file(svg(width: width, identifier: "chart")) }
}

extension IntervalChart {
    /// The chart as a file of its own, with the page's style sheet inside: for documents that show images.
    public func svgFile(width: Double = 960) -> String { SVG.file(svg(width: width, identifier: "chart")) }
}

extension SVG {
    /// An inline element as a document.
    static func file(_ element: String) -> String {
        let style = "<style>svg { background: var(--ground); font-family: system-ui, sans-serif; }\n\(Stylesheet.text)</style>"
        guard let end = element.firstIndex(of: ">") else { return element }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + element[..<end].dropFirst("<svg".count) + ">" + style
            + element[element.index(after: end)...] + "\n"
    }
}
