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
            expect(run(rule, spec, steps, threads: 1) == one, "the same steps give the same bits (\(encoding))")
            expect(run(rule, spec, steps, threads: 2) == one, "the number of threads does not matter (\(encoding))")
            expect(one.isFinite && one.paddingIsZero, "values stay finite and padding bits 0 (\(encoding))")
            expect(one.stateShapeHolds, "the state keeps its slots and lengths (\(encoding))")
            expect(run(rule, spec, 0, threads: 1) != one, "steps change something (\(encoding))")
        }
        return failures
    }

    private struct Outcome: Equatable {
        var values: [UInt32]
        var signs: [UInt64]
        var state: [[UInt32]]
        var flips: [Int?]
        var isFinite: Bool
        var paddingIsZero: Bool
        var stateShapeHolds: Bool
    }

    private static func run(_ rule: some UpdateRule, _ spec: ParameterSpec, _ steps: Int, threads: Int) -> Outcome {
        let context = ExecutionContext(engine: PortableEngine(), parallel: Parallel(threads: threads))
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
        for step in 0..<steps {
            var gradients = Gradients([spec])
            gradients.withMutable(id) { for i in 0..<$0.count { $0[i] = generator.normal() } }
            flips.append(
                rule.update(id, of: &store, gradients, &state, TrainingClock(step: step, stepsPerEpoch: 3, totalSteps: steps), context)
                    .flips)
        }
        let isBinary = spec.encoding == .binary
        let values = isBinary ? [] : store.reals(id)
        let signs = spec.encoding == .real ? nil : store.signs(id)
        return Outcome(
            values: values.map(\.bitPattern), signs: signs?.words ?? [], state: state.slots.map { $0.map(\.bitPattern) }, flips: flips,
            isFinite: (values + state.slots.joined()).allSatisfy(\.isFinite), paddingIsZero: signs?.paddingIsZero ?? true,
            stateShapeHolds: state.slots.count == rule.slotNames.count && state.slots.allSatisfy { $0.count == spec.count })
    }
}
