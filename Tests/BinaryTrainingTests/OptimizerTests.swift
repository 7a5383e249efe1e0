import BinaryNN
import BinaryTraining
import BitCore
import Testing
import _TestSupport

@Suite struct OptimizerTests {
    let specs = [
        ParameterSpec(name: "dense1.kernel", shape: [2, 3], role: .kernel, encoding: .binary),
        ParameterSpec(name: "norm1.scale", shape: [2], role: .scale),
        ParameterSpec(name: "norm1.mean", shape: [2], role: .statistic),
    ]

    @Test func everyParameterGetsOneRule() throws {
        let bound = try Optimizer([.init(.encoding(.binary), Bop()), .init(.everythingElse, Adam())]).bind(to: specs)
        #expect(specs.indices.map { bound.rule(for: ParameterStore(specs).ids[$0])?.name } == ["bop", "adam", nil])
        // Bop keeps one number a weight, Adam two and its bias corrections.
        #expect(bound.stateBytes == (6 + 2 * 2) * 4 + 2 * 8)
    }

    @Test func routingFailsLoudly() {
        func bind(_ routes: Optimizer.Route...) throws { _ = try Optimizer(routes).bind(to: specs) }
        #expect(throws: RoutingError.unclaimed(parameter: "norm1.scale")) { try bind(.init(.encoding(.binary), Bop())) }
        #expect(throws: RoutingError.claimedTwice(parameter: "dense1.kernel", first: "encoding binary", second: "name dense1")) {
            try bind(.init(.encoding(.binary), Bop()), .init(.named("dense1"), Bop()), .init(.everythingElse, Adam()))
        }
        #expect(throws: RoutingError.idleRoute(predicate: "name dense2", rule: "bop")) {
            try bind(.init(.named("dense2"), Bop()), .init(.encoding(.binary), Bop()), .init(.everythingElse, Adam()))
        }
        #expect(throws: RoutingError.unsupportedEncoding(parameter: "dense1.kernel", encoding: .binary, rule: "adam")) {
            try bind(.init(.everythingElse, Adam()))
        }
        #expect(throws: RoutingError.idleRoute(predicate: "everything else", rule: "adam")) {
            try bind(.init(.encoding(.binary), Bop()), .init(.role(.scale), Adam()), .init(.everythingElse, Adam()))
        }
        // `dense1` is not a prefix match on letters: `dense10` is another layer.
        #expect(throws: RoutingError.self) { try bind(.init(.named("dense"), Bop()), .init(.everythingElse, Adam())) }
    }
}
