import BitCore
import Datasets
import Foundation
import Testing

@Suite struct GraphDatasetTests {
    static let data = ProcessInfo.processInfo.environment["SPINFLIP_DATA"]
    static func has(_ name: String) -> Bool { data.map { FileManager.default.fileExists(atPath: "\($0)/\(name)/nodes.csv") } ?? false }

    struct Bad: Sendable, CustomTestStringConvertible {
        var what: String
        var nodes = "node,label,split\n0,0,train\n1,1,train\n2,0,test\n3,-1,none\n"
        var edges = "u,v\n0,1\n1,2\n"
        var features = "node,feature\n0,0\n1,2\n2,1\n"
        var expected: GraphFault?
        var testDescription: String { what }
    }

    static func load(_ files: Bad, seed: UInt64 = 0) throws -> GraphDataset {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write(Array(files.nodes.utf8), "nodes.csv")
        _ = try scratch.write(Array(files.edges.utf8), "edges.csv")
        _ = try scratch.write(gzip(Array(files.features.utf8)), "features.coo.csv.gz")
        return try DatasetCatalog(folder: "/nowhere").loadGraph("graph:" + String(path.dropLast("/nodes.csv".count)), options: DatasetOptions(seed: seed))
    }

    @Test func readsFiles() throws {
        let graph = try Self.load(Bad(what: "good"))
        #expect(graph.nodeCount == 4 && graph.featureCount == 3 && graph.classCount == 2 && graph.labels == [0, 1, 0, -1])
        #expect(graph.edges == [GraphEdge(0, 1), GraphEdge(1, 2)] && graph.isolatedCount == 1 && graph.nodesWithoutFeatures.isEmpty)
        #expect(graph.split == GraphSplit(train: [0, 1], test: [2]))
        #expect(graph.features.columns == [0, 2, 1] && graph.features.rowStarts == [0, 1, 2, 3, 3])
        // Out of order and with values; zeros are not kept.
        let other = try Self.load(Bad(what: "values", features: "node,feature,value\n2,1,0.5\n0,2,-1\n0,0,0.25\n1,1,2\n2,0,0\n"))
        #expect(other.features.columns == [0, 2, 1, 1] && other.features.values == [0.25, -1, 2, 0.5])
    }

    @Test(arguments: [
        Bad(what: "self-loop", edges: "u,v\n0,1\n2,2\n", expected: .selfLoop(node: 2, line: 3)),
        Bad(what: "duplicate", edges: "u,v\n0,1\n1,2\n0,1\n", expected: .duplicateEdge(u: 0, v: 1, line: 4)),
        Bad(what: "duplicate the other way", edges: "u,v\n0,1\n1,0\n", expected: .duplicateEdge(u: 1, v: 0, line: 3)),
        Bad(what: "unknown node", edges: "u,v\n0,4\n", expected: .unknownNode(node: 4, nodes: 4, line: 2)),
        Bad(what: "negative node", edges: "u,v\n-1,0\n", expected: .unknownNode(node: -1, nodes: 4, line: 2)),
        Bad(what: "features of an unknown node", features: "node,feature\n9,0\n", expected: .unknownNode(node: 9, nodes: 4, line: 2)),
        Bad(what: "order", nodes: "node,label,split\n1,0,train\n", expected: .nodeOrder(expected: 0, found: 1, line: 2)),
        Bad(what: "unlabelled in a part", nodes: "node,label,split\n0,0,train\n1,1,train\n2,-1,test\n3,0,test\n", expected: .unlabelled(node: 2, part: "test")),
        Bad(what: "label", nodes: "node,label,split\n0,-2,train\n", expected: .label(-2, node: 0)),
        Bad(what: "no test", nodes: "node,label,split\n0,0,train\n1,1,train\n2,1,none\n3,0,none\n", expected: .emptyPart("test")),
        Bad(what: "duplicate feature", features: "node,feature\n1,2\n0,0\n1,2\n", expected: .duplicateFeature(node: 1, feature: 2, line: 4)),
    ])
    func faults(bad: Bad) {
        #expect {
            try Self.load(bad)
        } throws: { error in
            guard let error = error as? DatasetError, case .graph(let fault) = error.fault else { return false }
            return fault == bad.expected && !"\(error)".contains("\n")
        }
    }

    @Test(arguments: [
        Bad(what: "part", nodes: "node,label,split\n0,0,dev\n"), Bad(what: "header", nodes: "id,label\n0,0\n"), Bad(what: "empty", nodes: ""),
        Bad(what: "fields", edges: "u,v\n0\n"), Bad(what: "text", edges: "u,v\n0,b\n"), Bad(what: "fraction", edges: "u,v\n0,0.5\n"),
        Bad(what: "no features", features: "node,feature\n"), Bad(what: "value", features: "node,feature,value\n0,0,nan\n"),
        Bad(what: "far feature", features: "node,feature\n0,99999999\n"), Bad(what: "one class", nodes: "node,label\n0,0\n1,0\n2,0\n3,0\n"),
        Bad(what: "class number", nodes: "node,label\n0,70000\n"),
    ])
    func otherFaults(bad: Bad) { #expect(throws: DatasetError.self) { try Self.load(bad) } }

    /// What lacks features can be read, but not trained on.
    @Test func missingFeatures() throws {
        let graph = try Self.load(Bad(what: "missing", features: "node,feature\n0,0\n"))
        #expect(graph.nodesWithoutFeatures == [1, 2])
        #expect(throws: DatasetError(graph.name, .graph(.missingFeatures(count: 2, nodes: 4, first: [1, 2])))) { try graph.input() }
    }

    @Test func splitsOfFoldersAreDrawn() throws {
        let nodes = "node,label\n" + (0..<200).map { "\($0),\($0 % 10 == 9 ? -1 : $0 % 3)\n" }.joined()
        let files = Bad(what: "", nodes: nodes, features: "node,feature\n" + (0..<200).map { "\($0),\($0 % 7)\n" }.joined())
        let (a, b) = (try Self.load(files, seed: 1), try Self.load(files, seed: 2))
        #expect(try a.split == Self.load(files, seed: 1).split && a.split != b.split)
        #expect(a.split.train.count == 60 && a.split.validation.count == 24 && a.split.test.count == 96)
        for c in 0..<3 { #expect(a.split.train.count { a.labels[$0] == c } == 20) }
        #expect(throws: DatasetError.self) { try a.split(perClass: 61, seed: 0) }
        #expect(throws: DatasetError.self) { try a.split(perClass: 10, validation: 100, test: 51, seed: 0) }
        #expect(throws: DatasetError.self) { try a.split(perClass: 0, seed: 0) }
    }

    @Test func karateClub() throws {
        let two = try GraphDataset.karateClub()
        #expect(two.nodeCount == 34 && two.edges.count == 78 && Set(two.edges).count == 78 && two.classCount == 2)
        var degrees = [Int](repeating: 0, count: 34)
        for edge in two.edges {
            #expect(edge.u < edge.v)
            degrees[edge.u] += 1
            degrees[edge.v] += 1
        }
        // The two leaders have most ties.
        #expect(degrees[33] == 17 && degrees[0] == 16 && degrees.max() == 17 && degrees.min() == 1)
        #expect(two.labels.count { $0 == 0 } == 17 && two.split.train == [0, 33] && two.split.test.count == 32)
        let four = try GraphDataset.karateClub(classes: 4)
        var modularity = 0.0
        for c in 0..<4 {
            let inside = four.edges.count { four.labels[$0.u] == c && four.labels[$0.v] == c }
            let ends = four.labels.indices.filter { four.labels[$0] == c }.reduce(0) { $0 + degrees[$1] }
            modularity += Double(inside) / 78 - Double(ends * ends) / (156 * 156)
        }
        #expect(abs(modularity - 0.4198) < 5e-5)
        #expect(four.split.train.map { four.labels[$0] }.sorted() == [0, 1, 2, 3])
        #expect(try DatasetCatalog(folder: "/nowhere").loadGraph("karate:4").labels == four.labels)
    }

    @Test func namesAreOfOneKind() {
        let catalog = DatasetCatalog(folder: "/nowhere")
        func fault(_ body: () throws -> Void) -> DatasetError.Fault? {
            do { try body() } catch { return (error as? DatasetError)?.fault }
            return nil
        }
        for name in ["karate", "cora", "graph:/x", "pubmed"] { #expect(fault { _ = try catalog.load(name) } == .graph(.isGraph)) }
        for name in ["digits", "mnist"] { #expect(fault { _ = try catalog.loadGraph(name) } == .graph(.isNoGraph)) }
        #expect(fault { _ = try catalog.loadGraph("coro") } == .unknownName(known: DatasetCatalog.names, nearest: "cora"))
        for name in ["karate:3", "graph", "graph:", "graph:/nowhere", "cora"] { #expect(throws: DatasetError.self) { try catalog.loadGraph(name) } }
    }

    /// Signs and magnitudes against the definition, in plain arithmetic.
    @Test func standardisedSigns() throws {
        let features = try Self.load(
            Bad(what: "values", features: "node,feature,value\n0,0,0.25\n0,3,-1\n1,1,2\n1,3,1\n2,1,0.5\n")
        ).features
        let (signs, scales) = features.standardisedSigns(epsilon: 1e-5)
        let rows: [[Double]] = [[0.25, 0, 0, -1], [0, 2, 0, 1], [0, 0.5, 0, 0], [0, 0, 0, 0]]
        for (row, values) in rows.enumerated() {
            var magnitude = 0.0
            for column in 0..<4 {
                let all = rows.map { $0[column] }
                let mean = all.reduce(0, +) / 4
                let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
                let value = (values[column] - mean) / (variance + 1e-5).squareRoot()
                #expect(signs[row, column] == (value >= 0))
                magnitude += abs(value)
            }
            #expect(abs(Double(scales[row]) - magnitude / 4) < 1e-5)
        }
        #expect(signs.paddingIsZero)
    }

    @Test(.enabled(if: has("cora"))) func cora() throws {
        let catalog = DatasetCatalog(folder: Self.data ?? "")
        let cora = try catalog.loadGraph("cora")
        #expect(cora.nodeCount == 2708 && cora.edges.count == 5278 && cora.featureCount == 1433 && cora.features.entryCount == 49_216)
        #expect(cora.split.train.count == 140 && cora.split.validation.count == 500 && cora.split.test.count == 1000)
        #expect((0..<7).map { c in cora.labels.count { $0 == c } } == [351, 217, 418, 818, 426, 298, 180] && cora.isolatedCount == 0)
        #expect(cora.edges.count { cora.labels[$0.u] == cora.labels[$0.v] } == 4275)
        let input = try cora.input()
        #expect(input.graph.adjacency.entryCount == 2708 + 2 * 5278)
        #expect(try catalog.verify("cora").allSatisfy(\.isGood))
    }

    @Test(.enabled(if: has("citeseer"))) func citeseer() throws {
        let graph = try DatasetCatalog(folder: Self.data ?? "").loadGraph("citeseer")
        #expect(graph.nodeCount == 3327 && graph.edges.count == 4552 && graph.featureCount == 3703 && graph.features.entryCount == 105_165)
        #expect(graph.labels.count { $0 == -1 } == 15 && graph.isolatedCount == 48 && graph.nodesWithoutFeatures.isEmpty)
        #expect(try graph.input().nodeCount == 3327)
    }

    @Test(.enabled(if: data.map { FileManager.default.fileExists(atPath: "\($0)/pubmed-partial") } ?? false)) func pubmedIsPartial() throws {
        let graph = try DatasetCatalog(folder: Self.data ?? "").loadGraph("pubmed")
        #expect(graph.nodeCount == 19_717 && graph.edges.count == 44_324 && graph.split.train.count == 60 && graph.nodesWithoutFeatures.count == 18_657)
        #expect { try graph.input() } throws: { "\($0)".contains("18657 of 19717 nodes have a label but no features") }
    }
}
