import Foundation
import Profiling
import Testing

/// Files of constants: what is wrong with one is said by line or by name.
@Suite struct EnergyDataTests {
    /// A table with every entry, `replacing` one line.
    static func table(_ change: (from: String, to: String)? = nil) -> String {
        var text = "name = \"mine\" # a comment\ncitation = \"a \\\"book\\\"\"\n"
        for kind in OperationKind.allCases { text += "[operations.\(kind.rawValue)]\npicojoules = 1.5\nrange = [ 1, 2e0 ]\nsource = \"s # no comment\"\n" }
        text += "[memory.near]\nbytes = 1_024\naccess-bits = 64\npicojoules = 8\n[memory.far]\naccess-bits = 64\npicojoules = 80\n"
        if let change { text = text.replacingOccurrences(of: change.from, with: change.to) }
        return text
    }

    static func parse(_ text: String) throws -> EnergyTable { try EnergyTable(parsing: Array(text.utf8), source: "x.toml") }

    @Test func readsATable() throws {
        let table = try Self.parse(Self.table())
        #expect(table.name == "mine" && table.citation == "a \"book\"")
        #expect(table.operations[.logic] == .init(1.5, lower: 1, upper: 2, source: "s # no comment"))
        #expect(table.memories.map(\.bytes) == [1024, nil])
        #expect(table.memories[1].access == .init(80))
    }

    @Test(arguments: [
        ("name = \"mine\"", "nom = \"mine\"", "key “nom”"), ("name = \"mine\"", "", "no name"),
        ("[operations.logic]", "[operations.logik]", "operations.logik"),
        ("[operations.logic]\npicojoules = 1.5", "[operations.logic]", "no picojoules in [operations.logic]"),
        ("picojoules = 8\n", "picojoules = -8\n", "-8.0"),
        ("picojoules = 8\n", "picojoules = nan\n", "line 46"), ("picojoules = 8\n", "picojoules = inf\n", "finite"),
        ("picojoules = 8\n", "picojoules = \"8\"\n", "a number"),
        ("picojoules = 8\n", "picojoules = 1e400\n", "finite"), ("bytes = 1_024", "bytes = 0.5", "whole number"),
        ("bytes = 1_024", "bytes = 1e300", "whole number"),
        ("bytes = 1_024", "bites = 1", "“bites”"), ("[memory.far]", "[memory.near]", "twice"), ("[memory.far]", "[[memory]]", "arrays of tables"),
        ("bytes = 1_024\n", "", "from small to large"), ("[ 1, 2e0 ]", "[ 2, 1 ]", "smaller first"), ("[ 1, 2e0 ]", "[1]", "two numbers"),
        ("[ 1, 2e0 ]", "[1, nan]", "range"), ("[ 1, 2e0 ]", "[1, 2", "range"), ("citation = \"a", "citation = a", "citation"),
        ("\" # a comment", "\" x", "follows"),
        ("picojoules = 8\n", "picojoules = 8\npicojoules = 8\n", "twice"), ("picojoules = 8\n", "picojoules 8\n", "no ="),
        ("picojoules = 8\n", "= 8\n", "a key is"),
        ("citation = \"a \\\"book\\\"\"", "citation = \"a", "not closed"), ("picojoules = 8\n", "picojoules = 1.\n", "finite"),
        ("access-bits = 64\npicojoules = 80", "picojoules = 80", "no access-bits"),
    ])
    func namesWhatIsWrong(_ from: String, _ to: String, _ said: String) {
        let error = #expect(throws: EnergyDataError.self) { try Self.parse(Self.table((from, to))) }
        #expect(error?.description.contains("x.toml") == true)
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test func missingKindsAreNamed() {
        let text = Self.table().replacingOccurrences(
            of: "[operations.binary-mac]\npicojoules = 1.5\nrange = [ 1, 2e0 ]\nsource = \"s # no comment\"\n", with: "")
        let error = #expect(throws: EnergyDataError.self) { try Self.parse(text) }
        #expect(error == EnergyDataError("x.toml", .missing(table: "operations.binary-mac", key: "picojoules")))
    }

    @Test func damagedBytesNeverCrash() {
        let whole = Array(Self.table().utf8)
        for end in stride(from: 0, to: whole.count, by: 7) {
            _ = try? EnergyTable(parsing: Array(whole[..<end]), source: "x")
            var bytes = whole
            bytes[end] ^= 0xA5
            _ = try? EnergyTable(parsing: bytes, source: "x")
            _ = try? MemoryHierarchy(parsing: bytes, source: "x")
        }
    }

    @Test func readsAHierarchy() throws {
        let text = "name = \"m\"\n[levels.a]\nbytes = 16\naccess-bits = 8\npicojoules-per-bit = 2\nrange = [1, 3]\n[levels.b]\naccess-bits = 64\n"
        let memory = try MemoryHierarchy(parsing: Array(text.utf8), source: "m.toml")
        #expect(memory.levels == [.init("a", bytes: 16, accessBits: 8, bit: .init(2, lower: 1, upper: 3)), .init("b", bytes: nil)])
        #expect(memory.level(holding: 128) == 0 && memory.level(holding: 129) == 1)
        #expect(throws: EnergyDataError.self) {
            try MemoryHierarchy(parsing: Array(text.replacingOccurrences(of: "[levels.b]", with: "[level.b]").utf8), source: "")
        }
    }
}
