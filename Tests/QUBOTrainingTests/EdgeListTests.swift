import QUBOTraining
import Testing

/// Files of edges, sound and damaged.
@Suite struct EdgeListTests {
    private func list(_ text: String, _ layers: [Int] = [2, 2, 1]) throws(EdgeListError) -> EdgeList {
        try EdgeList(Array(text.utf8), name: "edges.txt", layers: layers)
    }

    @Test func commentsAndBlankLinesAreSkipped() throws {
        let list = try list("\u{FEFF}# two layers\n0 2\n\n1\t2 # to the first\r\n0 3\n 1 3 \n2 4\n3 4")
        #expect(list.edges.map { [$0.source, $0.target] } == [[0, 2], [1, 2], [0, 3], [1, 3], [2, 4], [3, 4]])
        #expect(try list.network() == SpinNetwork(layers: [2, 2, 1]))
    }

    @Test func edgesMaySkipLayers() throws {
        let network = try list("0 2\n1 3\n2 4\n3 4\n0 4\n").network(hasBias: true)
        #expect(network.hasBias)
        #expect(network.weights == 8)
        #expect(network.outputs == [5])
    }

    @Test(arguments: [
        ("0 2\n1", 2, EdgeListError.Reason.fields(1)), ("0 2 3", 1, .fields(3)), ("\n0 x", 2, .number), ("-1 2", 1, .number),
        ("0 99999999999999999999", 1, .number), ("0 5", 1, .topology(.unknownUnit(source: 0, target: 5, units: 5))),
        ("# edges\n2 1", 2, .topology(.intoInput(source: 2, target: 1, inputs: 2))), ("3 3", 1, .topology(.cycle([3]))),
        ("0 2\n0 2", 2, .topology(.duplicateEdge(source: 0, target: 2))), ("0,2", 1, .fields(1)),
    ])
    func everyBadLineIsNamed(_ text: String, _ number: Int, _ reason: EdgeListError.Reason) {
        let error = #expect(throws: EdgeListError.self) { try list(text) }
        guard case .line(let line, let shown, let found) = error?.fault else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(line == number && found == reason)
        #expect(text.contains(shown))
        #expect("\(error!)".hasPrefix("edges.txt: line \(number), "))
    }

    @Test func whatNoLineIsToBlameForIsNamedToo() throws {
        #expect(throws: EdgeListError("edges.txt", .empty)) { try list("# nothing\n") }
        #expect(throws: EdgeListError("edges.txt", .topology(.layers([2])))) { try list("0 1", [2]) }
        #expect(throws: EdgeListError("edges.txt", .topology(.layers([.max, .max])))) { try list("0 1", [.max, .max]) }
        #expect(throws: EdgeListError("edges.txt", .topology(.noParents(3)))) { try list("0 2\n2 4").network() }
        #expect(throws: EdgeListError("edges.txt", .topology(.unread(3)))) { try list("0 2\n0 3\n2 4").network() }
        #expect(throws: EdgeListError.self) { try list("0 2\n3 2\n2 3\n2 4").network() }
        #expect(throws: EdgeListError.self) { try EdgeList(contentsOf: "/nowhere/edges.txt", layers: [2, 1]) }
    }
}
