#if OneDNN
import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct OneDNNEngineTests {
    @Test(arguments: DenseEngineConformance.common) func conforms(check: DenseEngineConformance) throws {
        let engine = try OneDNNEngine()
        #expect(check.violations(of: engine) == [], "\(engine.details)")
    }

    @Test func detailsNameTheLibraryAndItsCode() throws {
        let details = try OneDNNEngine().details
        #expect(details.hasPrefix("oneDNN "))
        #expect(details.contains("float32 by ") && details.contains("bfloat16 by "))
    }
}
#endif
