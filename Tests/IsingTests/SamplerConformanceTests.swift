import Ising
import Testing
import _TestSupport

/// Every sampler, through the same checks. A new one is a row here.
@Suite struct SamplerConformanceTests {
    struct Subject: Sendable, CustomStringConvertible {
        let sampler: any Sampler
        var traits = SamplerConformance.Traits()
        var description: String { sampler.name }

        init(_ sampler: any Sampler, _ change: (inout SamplerConformance.Traits) -> Void = { _ in }) {
            self.sampler = sampler
            change(&traits)
        }
    }

    static let subjects: [Subject] = [
        Subject(ExactSolver()) {
            $0.isExact = true
            $0.mediumVariables = 100
            $0.completeVariables = 36
        }
    ]

    @Test(arguments: subjects) func conforms(_ subject: Subject) {
        var conformance = SamplerConformance(subject.sampler, subject.traits)
        conformance.run()
        #expect(conformance.failures == [])
    }

    @Test func optionsSurviveCoding() {
        var exact = ExactSolver.Options()
        exact.method = .branchAndBound
        exact.states = 3
        #expect(OptionsConformance.failure(exact) == nil)
    }
}
