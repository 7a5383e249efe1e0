internal import Report

/// Turns progress into what a terminal shows: a bar with rate and time left that is drawn over itself, or, where nobody watches, a line
/// now and then. It holds no clock and writes nothing, so tests see every character.
public struct ProgressMeter: Sendable {
    public enum Style: Sendable, Hashable {
        /// Redrawn in place, at most ten times a second. `width` is the terminal's, in columns.
        case bar(width: Int, color: Bool)
        /// One line every `interval` seconds of a stage; none for a stage that is over sooner.
        case lines(interval: Double)
    }

    public let style: Style
    private var stage: String?
    private var stageStart = 0.0
    private var startCount = 0
    private var lastShown = -Double.infinity
    private var barIsDrawn = false

    public init(_ style: Style) { self.style = style }

    /// The text to write now, if any.
    /// - Parameter now: seconds on a clock that never goes back.
    public mutating func update(_ progress: Progress, at now: Double) -> String? {
        let interval =
            switch style {
            case .bar: 0.1
            case .lines(let interval): interval
            }
        if progress.stage != stage {
            stage = progress.stage
            stageStart = now
            startCount = progress.completed
            if case .bar = style { lastShown = -.infinity } else { lastShown = now }
        }
        guard now - lastShown >= interval else { return nil }
        lastShown = now
        switch style {
        case .bar(let width, let color):
            barIsDrawn = true
            return "\r" + bar(progress, at: now, width: width, color: color) + "\u{1B}[K"
        case .lines:
            return line(progress, at: now) + "\n"
        }
    }

    /// What has to be written before anything else is printed: wipes a bar that stands there.
    public mutating func clear() -> String {
        defer { barIsDrawn = false }
        if barIsDrawn { lastShown = -.infinity }
        return barIsDrawn ? "\r\u{1B}[K" : ""
    }

    private func line(_ progress: Progress, at now: Double) -> String {
        var parts = [progress.stage]
        if let total = progress.total, total > 0 { parts.append("\(100 * progress.completed / total) %") }
        parts += trailing(progress, at: now)
        return parts.joined(separator: "  ")
    }

    private func bar(_ progress: Progress, at now: Double, width: Int, color: Bool) -> String {
        var text = progress.stage
        let trailing = trailing(progress, at: now).joined(separator: "  ")
        guard let total = progress.total, total > 0 else { return clipped(text + "  " + trailing, to: width) }
        let share = Swift.min(Swift.max(Double(progress.completed) / Double(total), 0), 1)
        let percent = "\(Int(share * 100)) %"
        let room = Swift.min(28, width - text.count - trailing.count - percent.count - 8)
        if room >= 6 {
            let full = Int((share * Double(room)).rounded(.down))
            let (on, off) = color ? ("\u{1B}[36m", "\u{1B}[0m") : ("", "")
            let drawn = on + String(repeating: "━", count: full) + off + String(repeating: "─", count: room - full)
            // Clipping counts visible characters, and here everything fits.
            return "\(text)  \(drawn)  \(percent)  \(trailing)"
        }
        text += "  " + percent + "  " + trailing
        return clipped(text, to: width)
    }

    private func trailing(_ progress: Progress, at now: Double) -> [String] {
        var parts: [String] = []
        let elapsed = now - stageStart
        let done = progress.completed - startCount
        if elapsed > 0.5, done > 0 {
            let rate = Double(done) / elapsed
            parts.append("\(NumberText.compact(rate)) \(progress.unit)/s")
            if let total = progress.total, total > progress.completed {
                parts.append("\(NumberText.duration(Double(total - progress.completed) / rate)) left")
            }
        }
        if !progress.note.isEmpty { parts.append(progress.note) }
        return parts
    }

    private func clipped(_ text: String, to width: Int) -> String {
        text.count < width ? text : String(text.prefix(Swift.max(width - 2, 1))) + "…"
    }
}
