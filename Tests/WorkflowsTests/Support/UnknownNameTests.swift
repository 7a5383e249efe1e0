import Testing
import Workflows

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
