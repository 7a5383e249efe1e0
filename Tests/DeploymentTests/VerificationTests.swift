import BinaryInference
import BitCore
import Deployment
import Testing
import _TestSupport

@Suite struct VerificationTests {
    @Test(arguments: [[784, 100, 65, 10], [9, 3], [64, 64, 64]], [1, 2])
    func allPathsAgree(_ widths: [Int], _ threads: Int) throws {
        let model = try RandomModel.make(widths, seed: 3)
        let report = Verification.verifyPaths(
            model, inputs: RandomModel.items(25, of: widths[0]), count: 25, parallel: Parallel(threads: threads))
        #expect(report.inputs == 25)
        #expect(report.mismatches == 0)
        #expect(report.paths.map(\.name) == InstructionSet.supported.map(\.rawValue))
    }
}
