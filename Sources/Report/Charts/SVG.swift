internal import Foundation

/// An SVG element under construction. Colours and fonts are classes of the page's style sheet, so light and dark follow it.
struct SVG {
    private var body: String

    init(title: String, description: String, width: Double, height: Double, identifier: String) {
        let (titleID, descriptionID) = ("\(identifier)-t", "\(identifier)-d")
        body = """
            <svg viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" aria-labelledby="\(titleID) \(descriptionID)">\
            <title id="\(titleID)">\(HTMLText.escape(title))</title><desc id="\(descriptionID)">\(HTMLText.escape(description))</desc>
            """
    }

    mutating func add(_ element: String) { body += element }

    mutating func line(_ classes: String, x: (Double, Double), y: (Double, Double)) {
        body += Self.line(classes, x: x, y: y)
    }

    static func line(_ classes: String, x: (Double, Double), y: (Double, Double)) -> String {
        "<line class=\"\(classes)\" x1=\"\(number(x.0))\" x2=\"\(number(x.1))\" y1=\"\(number(y.0))\" y2=\"\(number(y.1))\"/>"
    }

    /// A dot; the tip shows when a pointer rests on it.
    static func dot(_ classes: String, x: Double, y: Double, radius: Double, tip: String? = nil) -> String {
        let circle = "<circle class=\"\(classes)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\""
        return tip.map { "\(circle)><title>\(HTMLText.escape($0))</title></circle>" } ?? circle + "/>"
    }

    mutating func text(_ text: String, x: Double, y: Double, anchor: String = "start", classes: String) {
        body += Self.text(text, x: x, y: y, anchor: anchor, classes: classes)
    }

    func finish() -> String { body + "</svg>" }

    /// What stands in place of a chart without points.
    static func empty(title: String, width: Double, identifier: String) -> String {
        var svg = SVG(title: title, description: "no data", width: width, height: 32, identifier: identifier)
        svg.text("No data.", x: 0, y: 18, classes: "tick")
        return svg.finish()
    }

    static func text(_ text: String, x: Double, y: Double, anchor: String = "start", classes: String) -> String {
        let place = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
        return "<text class=\"\(classes)\" x=\"\(number(x))\" y=\"\(number(y))\"\(place)>\(HTMLText.escape(text))</text>"
    }

    /// Two decimals at most: a tenth of a pixel is enough.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
    }

    /// About how wide a text is at the charts' 12 pixels; a digit is 6.7, and most letters are narrower.
    static func width(_ text: String) -> Double { Double(text.count) * 6.7 }

    static func shortened(_ text: String, to width: Double) -> String {
        let limit = Swift.max(Int(width / 6.7 + 1e-6), 4)
        return text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }

    /// Eight colours; further series repeat them dashed.
    static let colours = 8

    static func style(_ index: Int, isDashed: Bool) -> (line: String, fill: String) {
        let dashed = isDashed != (index / colours % 2 == 1)
        return ("s\(index % colours)\(dashed ? " dashed" : "")", "f\(index % colours)")
    }

    /// Keys and names of series, in as many lines as they need. One series needs no key: the title says what it is.
    static func legend(_ series: [(name: String, isDashed: Bool)], left: Double, width: Double) -> (svg: String, height: Double) {
        guard series.count > 1 else { return ("", 0) }
        var svg = ""
        var (x, y) = (left, 12.0)
        for (index, entry) in series.enumerated() {
            let name = shortened(entry.name, to: Swift.min(width - 30, 300))
            let needed = 44 + self.width(name)
            if x > left, x + needed > left + width { (x, y) = (left, y + 18) }
            svg += line(style(index, isDashed: entry.isDashed).line, x: (x, x + 18), y: (y - 4, y - 4))
            svg += text(name, x: x + 24, y: y, classes: "label")
            x += needed
        }
        return (svg, y + 8)
    }
}
