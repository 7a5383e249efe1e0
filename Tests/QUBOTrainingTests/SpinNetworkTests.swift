import QUBOTraining
import Testing

/// Graphs that are networks, and those that are none.
@Suite struct SpinNetworkTests {
    @Test func layersAreConnectedWhole() throws {
        let network = try SpinNetwork(layers: [3, 2, 1])
        #expect(network.edges.map { [$0.source, $0.target] } == [[0, 3], [1, 3], [2, 3], [0, 4], [1, 4], [2, 4], [3, 5], [4, 5]])
        #expect(network.outputs == [5])
        #expect(network.hiddenEdges == 2)
        #expect(network.incoming(4) == 3..<6)
        #expect(network.isHidden(4) && !network.isHidden(5))
    }

    @Test func biasIsAConstantInput() throws {
        let network = try SpinNetwork(layers: [2, 2, 1], hasBias: true)
        #expect(network.firstNeuron == 3)
        #expect(network.incoming(3).map { network.edges[$0].source } == [0, 1, 2])
        #expect(network.incoming(5).map { network.edges[$0].source } == [2, 3, 4])
    }

    @Test func skipsConnectAllLayersBefore() throws {
        let network = try SpinNetwork(layers: [2, 2, 1], skips: true)
        #expect(network.incoming(4).map { network.edges[$0].source } == [0, 1, 2, 3])
    }

    /// Sizes that were counted by hand.
    @Test(arguments: [
        ([3, 5, 1], 20), ([9, 3, 1], 30), ([16, 4, 1], 68), ([25, 5, 1], 130), ([25, 5, 5, 1], 155), ([64, 8, 1], 520), ([784, 16, 10], 12_704),
    ])
    func weightsAreCounted(_ layers: [Int], _ weights: Int) throws { #expect(try SpinNetwork(layers: layers).weights == weights) }

    @Test func neuronsAreSortedTopologically() throws {
        // Given as 2 ← 3 ← 4: 4 has to come first.
        let network = try SpinNetwork(inputs: 2, neurons: 3, edges: [(3, 2), (4, 3), (0, 4), (1, 4)], outputs: [2])
        #expect(network.outputs == [4])
        #expect(network.edges.map { [$0.source, $0.target] } == [[0, 2], [1, 2], [2, 3], [3, 4]])
    }

    @Test func orderThatHoldsIsKept() throws {
        let network = try SpinNetwork(inputs: 1, neurons: 3, edges: [(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)], outputs: [3])
        #expect(network.edges.map { [$0.source, $0.target] } == [[0, 1], [0, 2], [0, 3], [1, 3], [2, 3]])
    }

    @Test func faultsAreNamed() {
        func fault(_ inputs: Int, _ neurons: Int, _ edges: [(Int, Int)], _ outputs: [Int]) -> TopologyError? {
            do {
                _ = try SpinNetwork(inputs: inputs, neurons: neurons, edges: edges.map { (source: $0.0, target: $0.1) }, outputs: outputs)
                return nil
            } catch { return error }
        }
        #expect(fault(1, 1, [(0, 2)], [1]) == .unknownUnit(source: 0, target: 2, units: 2))
        #expect(fault(1, 1, [(-1, 1)], [1]) == .unknownUnit(source: -1, target: 1, units: 2))
        #expect(fault(2, 1, [(0, 2), (2, 1)], [2]) == .intoInput(source: 2, target: 1, inputs: 2))
        #expect(fault(1, 1, [(0, 1), (0, 1)], [1]) == .duplicateEdge(source: 0, target: 1))
        #expect(fault(1, 1, [(0, 1), (1, 1)], [1]) == .cycle([1]))
        #expect(fault(1, 2, [(0, 1)], [1]) == .noParents(2))
        #expect(fault(1, 1, [(0, 1)], []) == .noOutputs)
        #expect(fault(1, 1, [(0, 1)], [0]) == .badOutput(0, neurons: 1..<2))
        #expect(fault(1, 1, [(0, 1)], [1, 1]) == .badOutput(1, neurons: 1..<2))
        #expect(fault(1, 2, [(0, 1), (0, 2)], [1]) == .unread(2))
        #expect(fault(0, 0, [], []) == .size(inputs: 0, neurons: 0, limit: SpinNetwork.unitLimit))
        #expect(throws: TopologyError.layers([3])) { try SpinNetwork(layers: [3]) }
        #expect(throws: TopologyError.layers([3, 0, 1])) { try SpinNetwork(layers: [3, 0, 1]) }
        #expect(throws: TopologyError.tooManyEdges(1 << 30, limit: SpinNetwork.edgeLimit)) { try SpinNetwork(layers: [1 << 15, 1 << 15]) }
    }

    /// Whatever hangs on a cycle, the cycle itself is what is shown, in the direction of its edges.
    @Test func cyclesAreShown() {
        let edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 2), (4, 5)]
        let error = #expect(throws: TopologyError.self) {
            try SpinNetwork(inputs: 1, neurons: 5, edges: edges.map { (source: $0.0, target: $0.1) }, outputs: [5])
        }
        guard case .cycle(let units) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(Set(units) == [2, 3, 4])
        for (unit, next) in zip(units, units.dropFirst() + units.prefix(1)) { #expect(edges.contains { $0 == (unit, next) }) }
    }
}
