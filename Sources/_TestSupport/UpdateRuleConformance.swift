internal import BinaryNN
public import BinaryTraining
internal import BitCore
internal import DenseMath

/// What every update rule promises, whatever it does. Returns the promises it breaks.
public enum UpdateRuleConformance {
    public static func failures(_ rule: some UpdateRule, steps: Int = 6) -> [String] {
        var failures: [String] = []
        func expect(_ condition: Bool, _ promise: String) {
            if !condition { failures.append("\(rule.name): \(promise)") }
        }
        expect(!rule.encodings.isEmpty, "it can update something")
        for encoding in ParameterEncoding.allCases {
            // 130 columns: padding in the last word; 97 rows: more than one piece of work.
            let spec = ParameterSpec(name: "w", shape: [97, 130], role: .kernel, encoding: encoding)
            guard rule.encodings.contains(encoding) else {
                expect((try? Optimizer([.init(.everythingElse, rule)]).bind(to: [spec])) == nil, "\(encoding) is refused when bound")
                continue
            }
            let one = run(rule, spec, steps, threads: 1)
            for set in InstructionSet.supported {
                expect(run(rule, spec, steps, threads: 2, set) == one, "\(set.rawValue) gives the same bits (\(encoding))")
            }
            expect(run(rule, spec, steps, threads: 1) == one, "the same steps give the same bits (\(encoding))")
            expect(run(rule, spec, steps, threads: 2) == one, "the number of threads does not matter (\(encoding))")
            expect(one.isFinite && one.paddingIsZero, "values stay finite and padding bits 0 (\(encoding))")
            expect(one.stateShapeHolds, "the state keeps its slots and lengths (\(encoding))")
            expect(run(rule, spec, 0, threads: 1) != one, "steps change something (\(encoding))")
            expect(one.faults.isEmpty, "steps from finite gradients have no fault (\(encoding))")
            expect(run(rule, spec, steps, threads: 2, poison: 3).faults.contains(3), "a gradient that is not finite is a fault (\(encoding))")
            expect(one.below.allSatisfy { 0...spec.count ~= $0 }, "what it counts below its threshold is a share (\(encoding))")
        }
        return failures
    }

    private struct Outcome: Equatable {
        var numbers: [UInt64]
        var faults: [Int]
        var below: [Int]
        var values: [UInt32]
        var signs: [UInt64]
        var state: [[UInt32]]
        var flips: [Int?]
        var isFinite: Bool
        var paddingIsZero: Bool
        var stateShapeHolds: Bool
    }

    private static func run(
        _ rule: some UpdateRule, _ spec: ParameterSpec, _ steps: Int, threads: Int, _ set: InstructionSet = .active, poison: Int? = nil
    ) -> Outcome {
        let context = ExecutionContext(engine: PortableEngine(), kernels: Kernels(set), parallel: Parallel(threads: threads))
        var generator = SeededGenerator(seed: 12)
        var store = ParameterStore([spec])
        let id = store.ids[0]
        if spec.encoding == .binary {
            store.setSigns(id, .random(spec.shape, &generator))
        } else {
            store.setReals(id, (0..<spec.count).map { _ in 0.1 * generator.normal() })
        }
        var state = RuleState(for: rule, count: spec.count)
        var flips: [Int?] = []
        var (faults, below): ([Int], [Int]) = ([], [])
        for step in 0..<steps {
            var gradients = Gradients([spec])
            gradients.withMutable(id) { for i in 0..<$0.count { $0[i] = generator.normal() } }
            if step == poison { gradients.withMutable(id) { $0[spec.count / 2] = .nan } }
            let clock = TrainingClock(step: step, stepsPerEpoch: 3, totalSteps: steps)
            let outcome = rule.update(id, of: &store, gradients, &state, clock, context)
            flips.append(outcome.flips)
            if !outcome.isFinite { faults.append(step) }
            if let count = rule.countBelowThreshold(id, of: store, state, clock, context) { below.append(count) }
        }
        let isBinary = spec.encoding == .binary
        let values = isBinary ? [] : store.reals(id)
        let signs = spec.encoding == .real ? nil : store.signs(id)
        return Outcome(
            numbers: state.numbers.map(\.bitPattern), faults: faults, below: below,
            values: values.map(\.bitPattern), signs: signs?.words ?? [], state: state.slots.map { $0.map(\.bitPattern) }, flips: flips,
            isFinite: (values + state.slots.joined()).allSatisfy(\.isFinite) && state.numbers.allSatisfy(\.isFinite),
            paddingIsZero: signs?.paddingIsZero ?? true,
            stateShapeHolds: state.slots.count == rule.slotNames.count && state.numbers.count == rule.numberNames.count
                && state.slots.allSatisfy { $0.count == spec.count })
    }
}
