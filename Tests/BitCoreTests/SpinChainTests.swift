import BitCore
import Testing

/// Chains on random models: spins, fields and energy agree after any moves, and all forms of the couplings make the same ones.
@Suite struct SpinChainTests {
    struct Model {
        var fields: [Int32] = []
        var starts = [0]
        var neighbours: [Int32] = []
        var weights: [Int32] = []

        init(_ count: Int, seed: UInt64, field: Int, weight: (inout SeededGenerator) -> Int) {
            var generator = SeededGenerator(seed: seed)
            var rows = [[(Int, Int)]](repeating: [], count: count)
            for i in 0..<count {
                fields.append(Int32(generator.index(below: 2 * field + 1) - field))
                for j in 0..<i {
                    let value = weight(&generator)
                    if value != 0 {
                        rows[i].append((j, value))
                        rows[j].append((i, value))
                    }
                }
            }
            for row in rows {
                for (neighbour, value) in row.sorted(by: { $0.0 < $1.0 }) {
                    neighbours.append(Int32(neighbour))
                    weights.append(Int32(value))
                }
                starts.append(neighbours.count)
            }
        }

        func couplings(_ form: SpinCouplings.Form?) -> SpinCouplings {
            SpinCouplings(fields: fields, starts: starts, neighbours: neighbours, weights: weights, form: form)
        }

        func energy(_ words: [UInt64]) -> Int64 {
            func spin(_ i: Int) -> Int64 { (words[i / 64] >> UInt64(i % 64)) & 1 == 1 ? 1 : -1 }
            var twice: Int64 = 0
            for i in fields.indices {
                var sum = 2 * Int64(fields[i])
                for place in starts[i]..<starts[i + 1] { sum += Int64(weights[place]) * spin(Int(neighbours[place])) }
                twice += sum * spin(i)
            }
            return twice / 2
        }
    }

    static let models: [(Model, [SpinCouplings.Form])] = [
        (Model(1, seed: 1, field: 3) { _ in 0 }, [.narrow, .wide, .bytes, .words]),
        (Model(70, seed: 2, field: 2) { $0.index(below: 2) == 0 ? -1 : 1 }, [.narrow, .wide, .bits, .bytes, .words]),
        (Model(130, seed: 3, field: 50) { $0.index(below: 8) == 0 ? $0.index(below: 201) - 100 : 0 }, [.narrow, .wide, .bytes, .words]),
        (Model(97, seed: 4, field: 1_000_000) { $0.index(below: 3) == 0 ? $0.index(below: 2_000_001) - 1_000_000 : 0 }, [.wide, .words]),
    ]

    @Test(arguments: 0..<4, InstructionSet.supported) func allFormsMakeTheSameMoves(_ index: Int, _ set: InstructionSet) {
        let (model, forms) = Self.models[index]
        let count = model.fields.count
        var expected: ([UInt64], Int64, Int)?
        for form in forms {
            let chain = SpinChain(model.couplings(form), kernels: Kernels(set))
            var generator = SeededGenerator(seed: 9)
            var words = (0..<(count + 63) / 64).map { _ in generator.next() }
            if count % 64 != 0 { words[count / 64] &= 1 << UInt64(count % 64) - 1 }
            chain.set(words)
            chain.seed(&generator)
            #expect(chain.words == words && chain.energy == model.energy(words))
            for temperature in [1e9, 1e6, 100, 30, 3, 0.5, 0] {
                for _ in 0..<5 { chain.sweep(temperature: temperature) }
                #expect(chain.energy == model.energy(chain.words))
            }
            // At the end of a descent every flip would raise the energy or leave it.
            while chain.sweep(temperature: 0) > 0 {}
            let tabu = [UInt64](repeating: 0x5555_5555_5555_5555, count: (count + 63) / 64)
            let moves = chain.bestMoves(tabu: tabu, start: count > 64 ? 64 : 0)
            for (parity, move) in [(1, moves.free), (0, moves.tabu)] {
                let gains = (0..<count).filter { $0 % 2 == parity }.map { Int64(chain.gain($0)) }
                #expect(move?.gain == gains.max())
                if let move { #expect(Int64(chain.gain(move.spin)) == move.gain && move.spin % 2 == parity && move.gain <= 0) }
            }
            let result = (chain.words, chain.energy, chain.flips)
            if let expected { #expect(result == expected, "\(form)") } else { expected = result }
        }
    }

    /// At which about half of the proposals are accepted.
    static let temperatures = [3.0, 10, 300, 3e6]

    /// Gains of all spins and the energy: what a chain says of itself.
    private func state(_ chain: SpinChain) -> [Int64] { [chain.energy] + (0..<chain.count).map { Int64(chain.gain($0)) } }

    @Test(arguments: 0..<4) func aCopyIsTheSameChainWithRandomNumbersOfItsOwn(_ index: Int) {
        let (model, forms) = Self.models[index]
        for form in forms {
            let couplings = model.couplings(form)
            let (source, copy, other) = (SpinChain(couplings), SpinChain(couplings), SpinChain(couplings))
            var generator = SeededGenerator(seed: 3)
            source.seed(&generator)
            copy.seed(&generator)
            for _ in 0..<4 { source.sweep(temperature: Self.temperatures[index]) }
            copy.copy(source)
            #expect(copy.words == source.words && state(copy) == state(source))
            #expect(copy.energy == model.energy(copy.words))
            // Going there flip by flip leads to the same fields.
            other.set(source.words)
            #expect(state(other) == state(copy))
            // The source stays as it is when its copy moves, and moves are right from there on.
            let before = state(source)
            copy.flip(0)
            #expect(state(source) == before && copy.energy == model.energy(copy.words))
            copy.flip(0)
            #expect(state(copy) == before)
            if copy.count >= 64 {
                for _ in 0..<4 {
                    source.sweep(temperature: Self.temperatures[index])
                    copy.sweep(temperature: Self.temperatures[index])
                }
                #expect(source.words != copy.words)
            }
        }
    }

    @Test(arguments: 0..<4, InstructionSet.supported) func theBestMovesOfAWordAreThoseOfItsSpins(_ index: Int, _ set: InstructionSet) {
        let (model, forms) = Self.models[index]
        for form in forms {
            let chain = SpinChain(model.couplings(form), kernels: Kernels(set))
            var generator = SeededGenerator(seed: 5)
            chain.seed(&generator)
            for round in 0..<20 {
                chain.sweep(temperature: round % 3 < 2 ? Self.temperatures[index] : 0)
                for word in chain.words.indices {
                    let tabu = [0, .max, generator.next(), generator.next() & generator.next()][round % 4] as UInt64
                    let moves = chain.bestMoves(word: word, tabu: tabu)
                    let spins = 64 * word..<Swift.min(chain.count, 64 * word + 64)
                    func best(_ bit: UInt64) -> SpinChain.Move? {
                        var best: SpinChain.Move?
                        for spin in spins where tabu >> UInt64(spin & 63) & 1 == bit {
                            let gain = Int64(chain.gain(spin))
                            if gain > best?.gain ?? .min { best = SpinChain.Move(spin: spin, gain: gain) }
                        }
                        return best
                    }
                    #expect(moves.free == best(0) && moves.tabu == best(1))
                }
            }
        }
    }

    @Test func aMoveIsASpinAndItsGain() {
        let move = SpinChain.Move(spin: 3, gain: -7)
        #expect(move.spin == 3 && move.gain == -7)
        #expect(move == SpinChain.Move(spin: 3, gain: -7) && Set([move, SpinChain.Move(spin: 4, gain: -7)]).count == 2)
    }

    @Test func theFormFollowsFromTheCouplings() {
        #expect(Self.models[1].0.couplings(nil).form == .bits)
        #expect(Self.models[2].0.couplings(nil).form == .bytes)
        #expect(Self.models[3].0.couplings(nil).form == .words)
        let sparse = Model(300, seed: 5, field: 1) { $0.index(below: 100) == 0 ? 1 : 0 }
        #expect(sparse.couplings(nil).form == .narrow)
        let large = Model(300, seed: 5, field: 1) { $0.index(below: 100) == 0 ? 1000 : 0 }
        #expect(large.couplings(nil).form == .wide)
    }
}
