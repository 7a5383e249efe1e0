/// One table of a file of constants, entry by entry; what is not as it should be is named.
struct EnergyReader {
    private let table: StrictTOML.Table
    private let source: String
    private let keys: [String]

    init(_ table: StrictTOML.Table, source: String, keys: [String]) { (self.table, self.source, self.keys) = (table, source, keys) }

    func refuseUnknown() throws(EnergyDataError) {
        for key in table.entries.keys.sorted() where !keys.contains(key) { throw fault(.unknownKey(table: table.name, key: key, known: keys)) }
    }

    func text(_ key: String) throws(EnergyDataError) -> String? {
        guard let value = table.entries[key] else { return nil }
        guard case .text(let text) = value else { throw wrong(key, "a text", value) }
        return text
    }

    func required(_ key: String) throws(EnergyDataError) -> String {
        guard let text = try text(key) else { throw fault(.missing(table: table.name, key: key)) }
        return text
    }

    func number(_ key: String) throws(EnergyDataError) -> Double? {
        guard let value = table.entries[key] else { return nil }
        guard case .number(let number) = value else { throw wrong(key, "a number", value) }
        return number
    }

    func count(_ key: String) throws(EnergyDataError) -> Int? {
        guard let number = try number(key) else { return nil }
        guard number >= 1, number <= 0x1p50, number == number.rounded() else { throw fault(.wholeNumber(table: table.name, key: key, number)) }
        return Int(number)
    }

    func requiredCount(_ key: String) throws(EnergyDataError) -> Int {
        guard let count = try count(key) else { throw fault(.missing(table: table.name, key: key)) }
        return count
    }

    /// A figure with its range and its source.
    func constant(_ key: String = "picojoules") throws(EnergyDataError) -> EnergyTable.Constant {
        guard let value = try number(key) else { throw fault(.missing(table: table.name, key: key)) }
        guard value >= 0 else { throw fault(.negative(table: table.name, key: key, value)) }
        let note = try text("source") ?? ""
        guard let range = table.entries["range"] else { return EnergyTable.Constant(value, source: note) }
        guard case .numbers(let ends) = range else { throw wrong("range", "an array of numbers", range) }
        guard ends.count == 2, ends[0] >= 0, ends[0] <= value, value <= ends[1] else { throw fault(.range(table: table.name)) }
        return EnergyTable.Constant(value, lower: ends[0], upper: ends[1], source: note)
    }

    func has(_ key: String) -> Bool { table.entries[key] != nil }

    private func fault(_ fault: EnergyDataError.Fault) -> EnergyDataError { EnergyDataError(source, fault) }

    private func wrong(_ key: String, _ expected: String, _ found: StrictTOML.Value) -> EnergyDataError {
        fault(.wrongKind(table: table.name, key: key, expected: expected, found: found.kind))
    }
}
