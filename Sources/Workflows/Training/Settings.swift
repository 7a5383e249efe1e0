public import BinaryTraining

/// Options by name, as `--set key=value` and configuration files give them. Every key must be read by someone: one that nobody reads is
/// an error before training starts, not an option silently ignored.
public struct Settings: Sendable {
    private let values: [String: String]
    private var known: Set<String> = []

    public init(_ values: [String: String]) { self.values = values }

    public mutating func text(_ key: String) -> String? {
        known.insert(key)
        return values[key]
    }

    public mutating func schedule(_ key: String, default value: Schedule) throws(SettingsError) -> Schedule {
        guard let text = text(key) else { return value }
        guard let schedule = Schedule(text) else { throw .value(key: key, value: text, wants: Schedule.forms) }
        return schedule
    }

    /// A schedule whose values stay in a range for any length of run.
    public mutating func schedule(_ key: String, default value: Schedule, in range: ClosedRange<Double>) throws(SettingsError) -> Schedule {
        let schedule = try schedule(key, default: value)
        guard range.contains(schedule.bounds.lowerBound), range.contains(schedule.bounds.upperBound) else {
            throw .value(key: key, value: "\(schedule)", wants: "a schedule of values from \(range.lowerBound) to \(range.upperBound)")
        }
        return schedule
    }

    public mutating func number(_ key: String, default value: Double, in range: ClosedRange<Double>) throws(SettingsError) -> Double {
        guard let text = text(key) else { return value }
        guard let number = Double(text), range.contains(number) else {
            throw .value(key: key, value: text, wants: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    public mutating func integer(_ key: String, default value: Int, in range: ClosedRange<Int>) throws(SettingsError) -> Int {
        guard let text = text(key) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw .value(key: key, value: text, wants: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    public mutating func boolean(_ key: String, default value: Bool) throws(SettingsError) -> Bool {
        guard let text = text(key) else { return value }
        guard let flag = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false][text.lowercased()] else {
            throw .value(key: key, value: text, wants: "true or false")
        }
        return flag
    }

    /// One of a few names.
    public mutating func choice<Value>(
        _ key: String, default value: Value, among names: [String], _ make: (String) -> Value?
    ) throws(SettingsError) -> Value {
        guard let text = text(key) else { return value }
        guard let chosen = make(text) else { throw .value(key: key, value: text, wants: names.joined(separator: ", ")) }
        return chosen
    }

    /// One of a few names; nil when the key is not given.
    public mutating func choice<Value>(_ key: String, among names: [String], _ make: (String) -> Value?) throws(SettingsError) -> Value? {
        guard let text = text(key) else { return nil }
        guard let chosen = make(text) else { throw .value(key: key, value: text, wants: names.joined(separator: ", ")) }
        return chosen
    }

    /// The first of these keys that was given.
    public func given(among keys: [String]) -> String? { keys.first { values[$0] != nil } }

    /// Throws when a key was given that no reader asked for.
    public func checkAllRead() throws {
        if let stray = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw UnknownName("setting", stray, known: known.sorted())
        }
    }
}

public enum SettingsError: Error, Hashable, CustomStringConvertible {
    case value(key: String, value: String, wants: String)
    case syntax(String)

    public var description: String {
        switch self {
        case .value(let key, let value, let wants): "the setting \(key) is “\(value.prefix(60))” but must be \(wants)"
        case .syntax(let text): "“\(text.prefix(60))” is not a setting; write key=value"
        }
    }
}
