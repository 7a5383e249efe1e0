/// What is wrong with a table of energies or a memory hierarchy.
public struct EnergyDataError: Error, Hashable, CustomStringConvertible {
    public enum Fault: Hashable, Sendable {
        case syntax(line: Int, String)
        case unknownTable(String, known: [String])
        case unknownKey(table: String, key: String, known: [String])
        case missing(table: String, key: String)
        case wrongKind(table: String, key: String, expected: String, found: String)
        case negative(table: String, key: String, Double)
        /// A range that is no two numbers in order with the value between them.
        case range(table: String)
        case wholeNumber(table: String, key: String, Double)
        /// Memories that are not in order of size with the unlimited one last.
        case order(table: String)
        case noCost(level: String, bytes: Int, table: String)
    }

    /// The file, or the name of what is built in.
    public let source: String
    public let fault: Fault

    public init(_ source: String, _ fault: Fault) { (self.source, self.fault) = (source, fault) }

    public var description: String {
        func place(_ table: String) -> String { table.isEmpty ? "above its first table" : "in [\(table)]" }
        return switch fault {
        case .syntax(let line, let what): "\(source), line \(line): \(what)"
        case .unknownTable(let name, let known): "\(source) has a table [\(name.prefix(60))] that nothing reads; known are \(known.joined(separator: ", "))"
        case .unknownKey(let table, let key, let known):
            "\(source) has a key “\(key.prefix(60))” \(place(table)) that nothing reads; known are \(known.joined(separator: ", "))"
        case .missing(let table, let key): "\(source) has no \(key) \(place(table)); add one"
        case .wrongKind(let table, let key, let expected, let found): "\(source): \(key) \(place(table)) is \(found); make it \(expected)"
        case .negative(let table, let key, let value): "\(source): \(key) \(place(table)) is \(value), and no energy is negative"
        case .range(let table): "\(source): range \(place(table)) is to be two numbers from 0 on, the smaller first, with picojoules between them"
        case .wholeNumber(let table, let key, let value): "\(source): \(key) \(place(table)) is \(value); make it a whole number from 1 to 2^50"
        case .order(let table): "\(source): \(table) lists memories from small to large, the last one, and only it, without bytes"
        case .noCost(let level, let bytes, let table):
            "the table \(table) has no memory as large as the level \(level) of \(source) (\(bytes) bytes); add one to the table, or picojoules-per-bit to the level"
        }
    }
}
