import BitCore
import Ising
import Testing
import _TestSupport

/// The best moves that are kept block by block are those that a scan of all spins finds, after any moves.
@Suite struct MoveBlocksTests {
    struct Graph: Sendable, CustomStringConvertible {
        var variables: Int
        var couplings: Int
        /// Coefficients are integers up to this; 1 makes many equal gains, whose order matters.
        var range: Int
        var fields: Bool

        var description: String { "\(variables) variables, \(couplings) couplings up to \(range)\(fields ? ", fields" : "")" }

        func model(_ generator: inout SeededGenerator) throws -> IsingModel {
            var builder = try ModelBuilder(variables: variables, vartype: .spin)
            func value() -> Double { Double((1 + generator.index(below: range)) * (generator.index(below: 2) == 0 ? 1 : -1)) }
            for _ in 0..<couplings {
                let (a, b) = (generator.index(below: variables), generator.index(below: variables))
                if a != b { try builder.add(coupling: a, b, value()) }
            }
            if fields { for variable in 0..<variables { try builder.add(linear: variable, value()) } }
            return IsingModel(terms: try builder.terms())
        }
    }

    static let graphs = [
        Graph(variables: 1700, couplings: 0, range: 1, fields: true),
        Graph(variables: 2240, couplings: 1700, range: 1, fields: false),
        Graph(variables: 3001, couplings: 6000, range: 1, fields: false),
        Graph(variables: 3001, couplings: 6000, range: 100, fields: true),
        Graph(variables: 4500, couplings: 18_000, range: 200_000, fields: true),
        Graph(variables: 8192, couplings: 9000, range: 3, fields: false),
    ]

    private func couplings(_ model: IntegerModel) -> SpinCouplings {
        SpinCouplings(fields: model.fields, starts: model.starts, neighbours: model.neighbours, weights: model.weights)
    }

    @Test(arguments: graphs) func agreesWithAScanOfAllSpins(_ graph: Graph) throws {
        var generator = SeededGenerator(seed: UInt64(graph.variables))
        let model = IntegerModel(try graph.model(&generator))
        let chain = SpinChain(couplings(model))
        var blocks = try #require(MoveBlocks(chain, model))
        var tabu = [UInt64](repeating: 0, count: chain.words.count)
        for step in 0..<600 {
            switch generator.index(below: 12) {
            case 0 where step % 5 == 0:
                // Everything at once.
                chain.set(chain.words.indices.map { chain.words[$0] ^ ($0 < chain.words.count - 1 ? generator.next() : 0) })
                blocks.invalidate()
            case 1 where step % 5 == 0:
                // All of a block are tabu, or all of them all, or none.
                let bits: UInt64 = generator.index(below: 2) == 0 ? .max : 0
                let isWhole = generator.index(below: 3) == 0
                let block = generator.index(below: tabu.count)
                for word in tabu.indices where isWhole || word == block {
                    tabu[word] = bits & padding(word, chain.count)
                    blocks.touch(64 * word)
                }
            case 2, 3, 4:
                let spin = generator.index(below: chain.count)
                tabu[spin >> 6] ^= 1 << UInt64(spin & 63)
                blocks.touch(spin)
            case 5, 6:
                let spin = generator.index(below: chain.count)
                chain.flip(spin)
                blocks.flipped(spin)
            default:
                let moves = chain.bestMoves(tabu: tabu, start: 0)
                guard let move = generator.index(below: 8) == 0 ? moves.tabu : moves.free else { break }
                chain.flip(move.spin)
                blocks.flipped(move.spin)
                tabu[move.spin >> 6] |= 1 << UInt64(move.spin & 63)
                blocks.touch(move.spin)
            }
            // Several changes may come before the next question.
            guard generator.index(below: 4) > 0 else { continue }
            let start = 64 * generator.index(below: tabu.count)
            let (kept, scanned) = (blocks.bestMoves(chain, tabu: tabu, start: start), chain.bestMoves(tabu: tabu, start: start))
            #expect(kept.free == scanned.free && kept.tabu == scanned.tabu, "step \(step)")
        }
    }

    private func padding(_ word: Int, _ count: Int) -> UInt64 { 64 * word + 64 <= count ? .max : 1 << UInt64(count & 63) - 1 }

    @Test func smallAndDenseModelsAreScanned() throws {
        var generator = SeededGenerator(seed: 1)
        for graph in [Graph(variables: 900, couplings: 900, range: 1, fields: false), Graph(variables: 3000, couplings: 60_000, range: 1, fields: false)] {
            let model = IntegerModel(try graph.model(&generator))
            #expect(MoveBlocks(SpinChain(couplings(model)), model) == nil)
        }
    }

    /// Through the whole search, on a model whose best moves are kept.
    @Test func tabuSearchEndsInAMinimum() throws {
        var generator = SeededGenerator(seed: 7)
        let model = try Graph(variables: 3000, couplings: 5000, range: 3, fields: true).model(&generator)
        let set = try Tabu(Tabu.Options(reads: 1, patience: 300, pool: 2)).sample(model, seed: 2)
        let spins = set.first.spins.spins
        #expect(set.first.energy == model.energy(of: spins))
        #expect(zip(spins, IntegerModel(model).localFields(of: spins)).allSatisfy { Int32($0) * $1 <= 0 })
    }
}
