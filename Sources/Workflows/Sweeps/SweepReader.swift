internal import BitCore
internal import Foundation

/// Reads the parts of a sweep's file; every complaint names the file and the key.
struct SweepReader {
    var file: String

    /// More values or seeds than this are a slip of the pen.
    static let maximumCount = 100_000

    func error(_ key: String, _ reason: String) -> SweepError { .key(file: file, key: key, reason: reason) }

    private func inside(_ key: String, _ name: String) -> String { key.isEmpty ? name : key + "." + name }

    /// An object all of whose keys are known.
    func object(_ value: JSONValue, _ key: String, known: [String]) throws -> [String: JSONValue] {
        guard let members = value.object else { throw error(key, "must be an object, written in braces") }
        if let stray = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw error(key, "\(UnknownName("key", stray, known: known))")
        }
        return members
    }

    func text(_ value: JSONValue, _ key: String) throws -> String {
        guard let text = value.string, !text.isEmpty else { throw error(key, "must be a text, in quotes") }
        return text
    }

    // MARK: Options

    /// Options of a training configuration; `members` may have other keys too, which were checked before.
    func options(_ members: [String: JSONValue], _ key: String) throws -> SweepConfiguration.Options {
        var result: SweepConfiguration.Options = [:]
        for (name, value) in members where SweepConfiguration.optionKeys.contains(name) {
            guard name == "settings" else {
                result[name] = .some(try option(name, value, inside(key, name)))
                continue
            }
            guard let settings = value.object else { throw error(inside(key, name), "must be an object of settings") }
            for (setting, value) in settings { result["settings." + setting] = .some(try self.setting(value, inside(key, "settings.\(setting)"))) }
        }
        return result
    }

    private func option(_ name: String, _ value: JSONValue, _ key: String) throws -> SweepConfiguration.Value? {
        switch name {
        case "epochs", "batchSize":
            guard let count = value.integer else { throw error(key, "must be a whole number") }
            return .count(count)
        case "limit":
            if value == .null { return nil }
            guard let count = value.integer else { throw error(key, "must be a whole number, or null for all items") }
            return .count(count)
        default: return .text(try text(value, key))
        }
    }

    /// Settings are texts; numbers and truth values are taken as what they say, null as a setting left out.
    private func setting(_ value: JSONValue, _ key: String) throws -> SweepConfiguration.Value? {
        switch value {
        case .string(let text): return .text(text)
        case .integer(let number): return .text("\(number)")
        case .real(let number): return .text("\(number)")
        case .bool(let flag): return .text("\(flag)")
        case .null: return nil
        case .array, .object: throw error(key, "must be a text or a number; lists of values belong in a grid")
        }
    }

    // MARK: Lists

    /// Lists of values, in the order of their keys.
    func grid(_ value: JSONValue, _ key: String) throws -> [SweepConfiguration.Axis] {
        let members = try object(value, key, known: SweepConfiguration.optionKeys)
        var axes: [SweepConfiguration.Axis] = []
        for name in SweepConfiguration.optionKeys {
            guard let member = members[name] else { continue }
            let key = inside(key, name)
            guard name == "settings" else {
                axes.append(.init(option: name, values: try list(member, key) { try option(name, $0, $1) }))
                continue
            }
            guard let settings = member.object else { throw error(key, "must be an object of settings, each with a list of values") }
            for (setting, value) in settings.sorted(by: { $0.key < $1.key }) {
                axes.append(.init(option: "settings." + setting, values: try list(value, inside(key, setting)) { try self.setting($0, $1) }))
            }
        }
        return axes
    }

    private func list(
        _ value: JSONValue, _ key: String, _ element: (JSONValue, String) throws -> SweepConfiguration.Value?
    ) throws -> [SweepConfiguration.Value?] {
        guard let values = value.array, !values.isEmpty else { throw error(key, "must be a list of values, such as [1, 2]") }
        guard values.count <= Self.maximumCount else { throw error(key, "\(values.count) values are more than \(Self.maximumCount)") }
        let result = try values.enumerated().map { try element($1, "\(key)[\($0)]") }
        for (index, value) in result.enumerated() where result[..<index].contains(value) {
            throw error("\(key)[\(index)]", "\(value.map { "“\($0)”" } ?? "null") is there twice")
        }
        return result
    }

    /// A list of seeds, or how many: 3 means 0, 1, 2.
    func seeds(_ value: JSONValue, _ key: String) throws -> [UInt64] {
        if let count = value.integer {
            guard (1...Self.maximumCount).contains(count) else { throw error(key, "must be a list of seeds or their number, at least 1") }
            return (0..<count).map(UInt64.init)
        }
        guard let values = value.integers, !values.isEmpty, values.allSatisfy({ $0 >= 0 }) else {
            throw error(key, "must be a list of whole numbers from 0, or how many seeds there shall be")
        }
        guard Set(values).count == values.count else { throw error(key, "has a seed twice") }
        return values.map(UInt64.init)
    }

    // MARK: Variants

    func variant(_ value: JSONValue, _ key: String) throws -> SweepConfiguration.Variant {
        let members = try object(value, key, known: ["name", "grid", "seeds"] + SweepConfiguration.optionKeys)
        guard let name = members["name"] else { throw error(key, "has no “name”; add one") }
        let options = try self.options(members, key)
        let grid = try members["grid"].map { try self.grid($0, inside(key, "grid")) } ?? []
        if let axis = grid.first(where: { options[$0.option] != nil }) {
            throw error(key, "gives \(axis.option) a value and a list; keep one of them")
        }
        return .init(
            name: try text(name, inside(key, "name")), options: options, grid: grid,
            seeds: try members["seeds"].map { try self.seeds($0, inside(key, "seeds")) }, key: key)
    }
}
