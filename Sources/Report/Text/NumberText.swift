internal import Foundation

/// Numbers as reports show them, whatever the locale.
public enum NumberText {
    /// What stands for a number that is not there.
    public static let none = "–"

    /// A share in percent: `97.78 %`.
    public static func percent(_ share: Double?, places: Int = 2) -> String {
        guard let share, share.isFinite else { return none }
        return decimal(share * 100, places) + "\u{202F}%"
    }

    /// Fixed decimals: `0.312`.
    public static func decimal(_ value: Double?, _ places: Int) -> String {
        guard let value, value.isFinite else { return none }
        return String(format: "%.\(places)f", value)
    }

    /// Three significant figures, scientific where the plain form is long: `0.0312`, `4.20e-6`, `48,213`.
    public static func compact(_ value: Double?) -> String {
        guard let value, value.isFinite else { return none }
        let magnitude = abs(value)
        switch magnitude {
        case 0: return "0"
        case ..<1e-4: return scientific(value)
        case ..<1: return String(format: "%.*f", 2 - Int(log10(magnitude).rounded(.down)), value)
        case ..<10: return String(format: "%.2f", value)
        case ..<100: return String(format: "%.1f", value)
        case ..<1e15: return grouped(Int(value.rounded()))
        default: return scientific(value)
        }
    }

    /// Three significant figures: `4.20e-6`.
    private static func scientific(_ value: Double) -> String {
        let parts = String(format: "%.2e", value).split(separator: "e")
        return "\(parts[0])e\(Int(parts[1]) ?? 0)"
    }

    /// `1,234,567`.
    public static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + text
    }

    /// `0.84 s`, `42.0 s`, `3 min 05 s`, `2 h 10 min`.
    public static func duration(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e9 else { return none }
        if seconds < 9.995 { return decimal(seconds, 2) + " s" }
        if seconds < 59.95 { return decimal(seconds, 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
        return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
    }

    /// `512 B`, `12.3 KiB`, `1.50 MiB`.
    public static func bytes(_ count: Int?) -> String {
        guard let count else { return none }
        for (unit, scale) in [("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)] where Double(count) >= scale {
            return compact(Double(count) / scale) + " " + unit
        }
        return "\(count) B"
    }
}
