import BitCore
import Dispatch
import Foundation
import Ising
import Testing
import Workflows

/// Problems with constraints and of higher degrees, on both roads, against enumeration.
@Suite struct SearchFormTests {
    static let control = RunControl(seconds: { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 })

    static func solve(_ model: ConstrainedModel, sampler: String, reads: Int? = 6, seed: UInt64 = 1, threads: Int = 1) throws -> Solution {
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-form-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try ConstrainedProblem(model, scale: -2, shift: 3).write(to: path, as: .json)
        return try SolveRequest(path, sampler: sampler, reads: reads, seed: seed, threads: threads).solve(control)
    }

    /// Terms of degree up to `degree` with small integers; a third each of ≤, = and ≥, with random bounds: many models cannot be met.
    static func model(_ variables: Int, degree: Int, constraints: Int, vartype: Vartype, seed: UInt64) throws -> ConstrainedModel {
        var generator = SeededGenerator(seed: seed)
        let terms = (0..<3 * variables).map { _ in
            (Double(generator.index(below: 9)) - 4, Array(generator.permutation(variables).prefix(1 + generator.index(below: degree))))
        }
        let list = try (0..<constraints).map { number in
            let places = generator.permutation(variables).prefix(4).map { ($0, Double(1 + generator.index(below: 2))) }
            return try LinearConstraint(places, LinearConstraint.Sense.allCases[number % 3], Double(generator.index(below: 4)))
        }
        return try ConstrainedModel(
            objective: BinaryPolynomial(variables: variables, vartype: vartype, terms: terms), constraints: list)
    }

    @Test(arguments: Vartype.allCases, 0..<6) func bothRoadsFindTheOptimum(vartype: Vartype, number: Int) throws {
        let model = try Self.model(7, degree: 2 + number % 3, constraints: number % 4 + (number % 3 == 0 ? 1 : 0), vartype: vartype, seed: UInt64(number))
        let states = (0..<128).map { state in model.evaluate((0..<7).map { UInt8(state >> $0 & 1) }) }
        let least = states.filter(\.isFeasible).map(\.energy).min()
        for sampler in ["auto", "polynomial", "exact"] {
            let solution: Solution
            do {
                solution = try Self.solve(model, sampler: sampler)
            } catch is QuadratisationError {
                // A constraint that nothing meets is refused on that road.
                #expect(least == nil)
                continue
            }
            let report = solution.report
            #expect(report.form == (sampler == "polynomial" ? .polynomial : report.form) && report.form != .quadratic)
            #expect(report.form == .quadratised || report.auxiliaries == 0)
            #expect(report.feasible == (least != nil), "\(sampler)")
            if let least {
                #expect(report.energy == least, "\(sampler) of \(model)")
                #expect(report.objective == 3 - 2 * least)
                #expect(report.violations.isEmpty && (report.bound ?? report.objective) == report.objective)
            } else {
                #expect(!report.violations.isEmpty && report.bound == nil)
            }
            #expect(solution.samples.map(\.feasible) == solution.samples.map(\.feasible).sorted { $0 && !$1 })
        }
    }

    /// `auto` proves what is small and takes what is large as it is.
    @Test func autoChoosesBySize() throws {
        let small = try Self.solve(Self.model(8, degree: 3, constraints: 0, vartype: .binary, seed: 3), sampler: "auto").report
        #expect(small.form == .quadratised && small.status == .optimal)
        let model = try Self.model(60, degree: 3, constraints: 1, vartype: .binary, seed: 3)
        let large = try Self.solve(model, sampler: "auto").report
        #expect(large.form == .polynomial && large.auxiliaries == 0 && large.sampler == "polynomial")
        let two = try Self.solve(model, sampler: "auto", threads: 2)
        #expect(try two.samples == Self.solve(model, sampler: "auto").samples)
        #expect(try Self.solve(model, sampler: "greedy").report.form == .quadratised)
    }
}
