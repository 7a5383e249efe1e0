internal import Foundation

/// Numbers as people read them. Independent of locale.
public enum Format {
    /// Three significant figures with k, M, G: `48.2k`.
    public static func count(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let magnitude = abs(value)
        for (unit, scale) in [("G", 1e9), ("M", 1e6), ("k", 1e3)] where magnitude >= scale { return significant(value / scale) + unit }
        return magnitude >= 100 || value == value.rounded() ? String(format: "%.0f", value) : significant(value)
    }

    /// `1,234,567`.
    public static func grouped(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `0.8 s`, `42 s`, `3 min 05 s`, `2 h 10 min`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "–" }
        if seconds < 10 { return String(format: "%.1f s", Swift.max(seconds, 0)) }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
        return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
    }

    /// `512 B`, `12.3 KiB`, `1.50 MiB`.
    public static func bytes(_ count: Int) -> String {
        let value = Double(count)
        for (unit, scale) in [("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)] where value >= scale {
            return significant(value / scale) + " " + unit
        }
        return "\(count) B"
    }

    /// A share in percent with two decimals: `97.78 %`.
    public static func percent(_ share: Double) -> String {
        share.isFinite ? String(format: "%.2f %%", share * 100) : "–"
    }

    /// Fixed decimals: `0.3120`.
    public static func decimal(_ value: Double, _ places: Int) -> String {
        value.isFinite ? String(format: "%.\(places)f", value) : "–"
    }

    /// Three significant figures below a thousand.
    private static func significant(_ value: Double) -> String {
        let magnitude = abs(value)
        return String(format: magnitude >= 99.95 ? "%.0f" : magnitude >= 9.995 ? "%.1f" : "%.2f", value)
    }
}
