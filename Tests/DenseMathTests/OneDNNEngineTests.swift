#if OneDNN
import BitCore
import DenseMath
import Foundation
import Testing
import _TestSupport

@Suite struct OneDNNEngineTests {
    @Test(arguments: DenseEngineConformance.common) func conforms(check: DenseEngineConformance) throws {
        let engine = try OneDNNEngine()
        #expect(check.violations(of: engine) == [], "\(engine.details)")
    }

    /// `Scripts/test-onednn3.sh` says which major version must be the one that is tested.
    static let expected = ProcessInfo.processInfo.environment["SPINFLIP_EXPECT_ONEDNN"]

    @Test(.enabled(if: expected != nil)) func theExpectedLibraryIsLoaded() throws {
        let details = try OneDNNEngine().details
        #expect(details.hasPrefix("oneDNN \(Self.expected ?? "")."), "\(details)")
    }

    @Test func detailsNameTheLibraryAndItsCode() throws {
        let details = try OneDNNEngine().details
        #expect(details.hasPrefix("oneDNN "))
        #expect(details.contains("float32 by ") && details.contains("bfloat16 by "))
    }
}
#endif
