extension HTMLReport {
    /// The whole page.
    public func render() -> String {
        var page = Page()
        page.add(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escape(title))</title>
            <style>
            \(Stylesheet.text)
            </style>
            </head>
            <body>
            <main>
            <header><h1>\(HTMLText.escape(title))</h1>
            """)
        if !subtitle.isEmpty { page.add("<p class=\"subtitle\">\(HTMLText.escape(subtitle))</p>") }
        page.add("</header>")
        for section in sections {
            page.add("<section>")
            if !section.title.isEmpty { page.add("<h2>\(HTMLText.escape(section.title))</h2>") }
            for block in section.blocks { page.add(block, width: Page.fullWidth) }
            page.add("</section>")
        }
        page.add("</main>\n</body>\n</html>")
        return page.text
    }
}

/// A page under construction.
private struct Page {
    /// Widths of charts in units of the style sheet's pixels: alone, and two side by side.
    static let fullWidth = 960.0
    static let halfWidth = 468.0

    private(set) var text = ""
    private var charts = 0

    mutating func add(_ line: String) { text += line + "\n" }

    mutating func add(_ block: HTMLReport.Block, width: Double) {
        switch block {
        case .text(let text):
            for paragraph in Self.paragraphs(text) { add("<p>\(HTMLText.escape(paragraph))</p>") }
        case .code(let text): add("<pre><code>\(HTMLText.escape(text))</code></pre>")
        case .cards(let cards):
            add("<div class=\"cards\">")
            for card in cards {
                add("<div class=\"card \(card.tone.rawValue)\"><div class=\"card-label\">\(HTMLText.escape(card.label))</div>")
                add("<div class=\"card-value\">\(HTMLText.escape(card.value))</div>")
                if !card.detail.isEmpty { add("<div class=\"card-detail\">\(HTMLText.escape(card.detail))</div>") }
                add("</div>")
            }
            add("</div>")
        case .table(let table): add(table)
        case .lines(let chart): figure(chart.title) { chart.svg(width: width, identifier: $0) }
        case .bars(let chart): figure(chart.title) { chart.svg(width: width, identifier: $0) }
        case .intervals(let chart): figure(chart.title) { chart.svg(width: width, identifier: $0) }
        case .scatter(let chart): figure(chart.title) { chart.svg(width: width, identifier: $0) }
        case .exactness(let exactness): add(exactness)
        case .columns(let blocks):
            add("<div class=\"columns\">")
            for block in blocks {
                add("<div>")
                add(block, width: Self.halfWidth)
                add("</div>")
            }
            add("</div>")
        case .details(let title, let blocks):
            add("<details><summary>\(HTMLText.escape(title))</summary>")
            for block in blocks { add(block, width: width) }
            add("</details>")
        }
    }

    private mutating func figure(_ title: String, _ svg: (String) -> String) {
        charts += 1
        add("<figure><figcaption>\(HTMLText.escape(title))</figcaption>\(svg("chart\(charts)"))</figure>")
    }

    private mutating func add(_ table: HTMLReport.Table) {
        func cell(_ tag: String, _ text: String, _ column: Int) -> String {
            let scope = tag == "th" ? " scope=\"col\"" : ""
            // Short cells stay on one line; a name broken at a hyphen reads badly.
            let style = table.columns[column].alignment == .right ? " class=\"number\"" : text.count <= 28 ? " class=\"short\"" : ""
            return "<\(tag)\(scope)\(style)>\(HTMLText.escape(text))</\(tag)>"
        }
        add("<div class=\"scroll\"><table\(table.columns.count > 8 ? " class=\"dense\"" : "")>")
        if !table.caption.isEmpty { add("<caption>\(HTMLText.escape(table.caption))</caption>") }
        add("<thead><tr>" + table.columns.indices.map { cell("th", table.columns[$0].title, $0) }.joined() + "</tr></thead>\n<tbody>")
        for (index, row) in table.rows.enumerated() {
            add(
                "<tr\(table.highlighted.contains(index) ? " class=\"highlight\"" : "")>"
                    + row.indices.map { cell("td", row[$0], $0) }.joined() + "</tr>")
        }
        add("</tbody></table></div>")
    }

    private mutating func add(_ exactness: HTMLReport.Exactness) {
        let isGood = exactness.mismatches == 0 && exactness.inputs > 0
        let verdict: String
        if exactness.inputs == 0 {
            verdict = "Nothing was compared"
        } else if isGood {
            verdict = "Bit-exact: every path gave the same answer on all \(NumberText.grouped(exactness.inputs)) inputs"
        } else {
            verdict = "Not bit-exact: \(NumberText.grouped(exactness.mismatches)) of \(NumberText.grouped(exactness.inputs)) inputs differ"
        }
        add("<div class=\"exactness \(isGood ? "good" : "bad")\"><strong>\(HTMLText.escape(verdict))</strong>")
        if !exactness.paths.isEmpty { add("<ul>" + exactness.paths.map { "<li>\(HTMLText.escape($0))</li>" }.joined() + "</ul>") }
        add("</div>")
    }

    /// Lines up to a blank one are one paragraph.
    private static func paragraphs(_ text: String) -> [String] {
        var result: [String] = []
        var current: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) + [Substring()] {
            if line.allSatisfy(\.isWhitespace) {
                if !current.isEmpty { result.append(current.joined(separator: "\n")) }
                current = []
            } else {
                current.append(line)
            }
        }
        return result
    }
}
