import BitCore
import DenseMath
import Testing
import _TestSupport

/// The conformance suite itself: engines with a fault are found out.
@Suite struct ConformanceTests {
    /// The portable engine with one fault.
    struct FaultyEngine: DenseEngine {
        enum Fault: CaseIterable {
            case ignoresAccumulate, addsAlways, writesPastTheEnd, ignoresRounding, roundsTheResult, dependsOnThreads, mixesRows
        }

        let fault: Fault
        let base = PortableEngine(.reference)
        var name: String { "faulty" }
        var details: String { "\(fault)" }

        func multiply(
            _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
            parallel: Parallel
        ) {
            var product = product
            if fault == .ignoresAccumulate { product.accumulate = false }
            if fault == .addsAlways { product.accumulate = true }
            if fault == .ignoresRounding { product.precision = .float32 }
            base.multiply(product, a, b, c, parallel: parallel)
            let count = product.rows * product.columns
            if fault == .writesPastTheEnd { c[count] = 0 }
            guard count > 0 else { return }
            if fault == .roundsTheResult, product.precision == .bfloat16 { c[0] = Float(bitPattern: c[0].bitPattern & 0xFFFF_0000) }
            if fault == .dependsOnThreads, parallel.threads > 2 { c[0] = c[0].nextUp }
            // As a padded lane would, that is multiplied and should not be: harmless until a value is special.
            if fault == .mixesRows { for i in 1..<count where c[i - 1].isNaN { c[i] = .nan } }
        }
    }

    @Test(arguments: FaultyEngine.Fault.allCases) func everyFaultIsFound(fault: FaultyEngine.Fault) {
        let engine = FaultyEngine(fault: fault)
        let check: DenseEngineConformance =
            switch fault {
            case .ignoresAccumulate, .addsAlways, .writesPastTheEnd: .integersAreExact
            case .ignoresRounding, .roundsTheResult: .bfloat16RoundsOperands
            case .dependsOnThreads: .threadsDoNotMatter
            case .mixesRows: .specialValuesStayPut
            }
        #expect(!check.violations(of: engine).isEmpty, "\(check) does not notice an engine that \(fault)")
    }
}
