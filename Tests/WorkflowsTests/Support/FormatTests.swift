import Testing
import Workflows

@Suite struct FormatTests {
    @Test(arguments: [(0.0, "0"), (7, "7"), (0.5, "0.50"), (99.5, "99.5"), (123.4, "123"), (1000, "1.00k"), (48_210, "48.2k"), (1.5e6, "1.50M"), (.nan, "–")])
    func counts(_ value: Double, _ text: String) { #expect(Format.count(value) == text) }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (100_000, "100,000")])
    func groups(_ value: Int, _ text: String) { #expect(Format.grouped(value) == text) }

    @Test(arguments: [(0.0, "0.0 s"), (9.94, "9.9 s"), (42, "42 s"), (185, "3 min 05 s"), (7800, "2 h 10 min"), (.infinity, "–")])
    func durations(_ value: Double, _ text: String) { #expect(Format.duration(value) == text) }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (12_600, "12.3 KiB"), (1 << 30, "1.00 GiB")])
    func byteCounts(_ value: Int, _ text: String) { #expect(Format.bytes(value) == text) }
}

@Suite struct UnknownNameTests {
    static let optimizers = ["sgd", "momentum", "adam", "bop", "bop2", "binaryconnect"]

    @Test(arguments: [("adm", "adam"), ("Bopp", "bop"), ("binaryconect", "binaryconnect"), ("mom", "momentum"), ("xyzzyx", nil), ("", nil)])
    func nearest(_ name: String, _ expected: String?) {
        #expect(UnknownName("optimizer", name, known: Self.optimizers).nearest == expected)
    }

    @Test func messageNamesEverything() {
        let text = UnknownName("optimizer", "adm", known: Self.optimizers).description
        for name in Self.optimizers { #expect(text.contains(name)) }
        #expect(text.contains("“adm”") && text.contains("did you mean “adam”?"))
    }

    @Test func absurdNamesAreCutShort() {
        #expect(UnknownName("model", String(repeating: "x", count: 100_000), known: ["mlp"]).description.count < 200)
    }
}
