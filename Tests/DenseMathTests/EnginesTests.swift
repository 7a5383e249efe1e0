import DenseMath
import Testing

@Suite struct EnginesTests {
    @Test func everyNameGivesItsEngine() throws {
        #expect(Engines.names.contains("portable"))
        for name in Engines.names { #expect(try Engines.named(name).name == name) }
    }

    @Test func noNameGivesTheBest() throws {
        #expect(try Engines.named(nil).name == Engines.best.name)
        #expect(Engines.best.name == Engines.names.first)
    }

    @Test func caseDoesNotMatter() throws { #expect(try Engines.named("Portable").name == "portable") }

    @Test(arguments: ["", "blas", "portable ", "onednn3"]) func unknownNamesListTheKnownOnes(name: String) {
        let error = #expect(throws: EngineError.unknown(name)) { try Engines.named(name) }
        let text = error?.description ?? ""
        #expect(text.contains("'\(name)'"))
        for known in Engines.names { #expect(text.contains(known)) }
        #expect(error?.errorDescription == text)
    }

    #if !OneDNN
    @Test func aMissingEngineSaysHowToGetIt() {
        let error = #expect(throws: EngineError.notInThisBuild("onednn")) { try Engines.named("onednn") }
        let text = error?.description ?? ""
        #expect(text.contains("libdnnl-dev") && text.contains("--traits OneDNN") && text.contains("portable"))
    }
    #endif
}
