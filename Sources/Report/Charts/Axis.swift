internal import Foundation

/// A range of values and the round numbers on it.
struct Axis: Sendable, Hashable {
    enum Scale: Sendable, Hashable { case linear, logarithmic }

    let scale: Scale
    let lower: Double
    let upper: Double
    let ticks: [Double]

    /// An axis that covers `values`, widened to round numbers.
    /// - Parameters:
    ///   - wanted: about how many ticks.
    ///   - wholeNumbers: no ticks between whole numbers.
    ///   - tight: ends at the values instead of at round numbers.
    init(covering values: [Double], scale: Scale = .linear, wanted: Int = 5, wholeNumbers: Bool = false, tight: Bool = false) {
        self.scale = scale
        let finite = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        switch scale {
        case .linear:
            if low == high {
                let margin = wholeNumbers ? 1 : Swift.max(abs(low) * 0.1, 1e-9)
                (low, high) = tight ? (low, low + margin) : (low - margin, high + margin)
            }
            var step = Self.roundStep((high - low) / Double(wanted))
            if wholeNumbers { step = Swift.max(step.rounded(.up), 1) }
            let first = (low / step - (tight ? 1e-9 : -1e-9)).rounded(tight ? .up : .down)
            let last = (high / step + (tight ? 1e-9 : -1e-9)).rounded(tight ? .down : .up)
            ticks = Swift.stride(from: 0, through: Swift.max(last - first, 0), by: 1).map { (first + $0) * step }
            lower = tight ? low : first * step
            upper = tight ? high : last * step
        case .logarithmic:
            if finite.isEmpty { (low, high) = (0.1, 1) }
            let first = log10(low).rounded(.down)
            let last = Swift.max(log10(high).rounded(.up), first + 1)
            let every = Swift.max(((last - first) / Double(wanted + 1)).rounded(.up), 1)
            ticks = Swift.stride(from: first, through: last, by: every).map { pow(10, $0) }
            lower = pow(10, first)
            upper = pow(10, last)
        }
    }

    /// 1, 2 or 5 times a power of ten, at least `rough`.
    static func roundStep(_ rough: Double) -> Double {
        guard rough > 0, rough.isFinite else { return 1 }
        let power = pow(10, log10(rough).rounded(.down))
        for factor in [1.0, 2, 5] where rough <= factor * power * (1 + 1e-9) { return factor * power }
        return 10 * power
    }

    /// Where a value lies: 0 at the lower end, 1 at the upper; nil when it is not on the axis.
    func position(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        switch scale {
        case .linear: return (value - lower) / (upper - lower)
        case .logarithmic: return value > 0 ? (log10(value) - log10(lower)) / (log10(upper) - log10(lower)) : nil
        }
    }

    /// A tick's text.
    func label(_ tick: Double, _ unit: ValueUnit) -> String {
        let value = unit == .percent ? tick * 100 : tick
        let text: String
        if scale == .logarithmic {
            let exponent = log10(value).rounded()
            text = exponent < -4 || exponent > 5 ? String(format: "1e%.0f", exponent) : NumberText.plain(value, places: Int(Swift.max(-exponent, 0)))
        } else {
            let step = (ticks.count > 1 ? ticks[1] - ticks[0] : Swift.max(abs(tick), 1)) * (unit == .percent ? 100 : 1)
            if Swift.max(abs(value), step) >= 1e7 || step < 1e-5 {
                text = value == 0 ? "0" : String(format: "%.1e", value)
            } else {
                text = NumberText.plain(value, places: Int(Swift.max((-log10(step) - 1e-6).rounded(.up), 0)))
            }
        }
        return unit == .percent ? text + "\u{202F}%" : text
    }
}

/// What the numbers of a chart are, for the texts on its axis.
public enum ValueUnit: Sendable, Hashable {
    case plain
    /// The values are shares; the axis shows percent.
    case percent
}

extension NumberText {
    /// Fixed decimals with grouped thousands.
    static func plain(_ value: Double, places: Int) -> String {
        let text = decimal(abs(value), places)
        let parts = text.split(separator: ".", maxSplits: 1)
        let sign = value < 0 && (Double(text) ?? 0) != 0 ? "−" : ""
        return sign + grouped(Int(parts[0]) ?? 0) + (parts.count > 1 ? "." + parts[1] : "")
    }
}
