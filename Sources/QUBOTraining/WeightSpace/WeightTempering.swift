internal import BitCore

/// Parallel tempering (Hukushima, Nemoto 1996): replicas at temperatures in equal ratios, neighbours of which change places with probability
/// min(1, exp((β − β′)(E − E′))), so that what is stuck where it is cold gets warm again. A read is an ensemble.
struct WeightTempering {
    let walk: WeightWalk
    let options: WeightAnnealing.Options
    let isEndless: Bool

    init(_ walk: WeightWalk, _ options: WeightAnnealing.Options, isEndless: Bool) {
        (self.walk, self.options, self.isEndless) = (walk, options, isEndless)
    }

    func run() {
        walk.start()
        let weights = walk.layout.weights
        let count = options.replicas ?? max(4, min(24, Int(4 + 0.5 * Double(weights).squareRoot())))
        // The first is the read's own: it hears of what the others find.
        var replicas = [walk]
        defer { for replica in replicas where replica !== walk { replica.finish() } }
        for replica in 1..<count where !walk.isOver {
            let other = WeightWalk(walk.search, walk.read, replica: replica)
            other.start()
            replicas.append(other)
            walk.follow(other)
        }
        guard replicas.count == count else { return }
        let ends = walk.temperatures(options)
        // Replica `place` is at temperature `place`: those that exchange change places in the array.
        let ladder = (0..<count).map { WeightWalk.temperature(from: ends.hot, to: ends.cold, at: Double($0) / Double(count - 1)) }
        let rounds = options.sweeps ?? (isEndless ? Int.max : walk.sweeps)
        let proposals = min(weights, 1024)
        var round = 0
        while round < rounds, !walk.isOver {
            for place in 0..<count {
                replicas[place].sweep(proposals, temperature: ladder[place])
                walk.follow(replicas[place])
                if walk.isOver { return }
            }
            for place in stride(from: round % 2, to: count - 1, by: 2) {
                let gain = (1 / ladder[place] - 1 / ladder[place + 1]) * (replicas[place].state.energy - replicas[place + 1].state.energy)
                let draw = UInt32(truncatingIfNeeded: walk.generator.next())
                if gain >= 0 || -gain <= WeightWalk.exponential(draw) { replicas.swapAt(place, place + 1) }
            }
            round += 1
        }
        for replica in replicas {
            replica.descend()
            walk.follow(replica)
        }
    }
}

/// One-flip tabu search (Glover 1989): of the flips that are not tabu the best is made, one of the best at random, and its weight is held for a
/// while; a held one is flipped all the same when that leads below the best met. Where weights are many, a move looks at some of them at random.
struct WeightTabu {
    let walk: WeightWalk
    let options: WeightAnnealing.Options
    let isEndless: Bool

    init(_ walk: WeightWalk, _ options: WeightAnnealing.Options, isEndless: Bool) {
        (self.walk, self.options, self.isEndless) = (walk, options, isEndless)
    }

    /// The most flips that a move looks at.
    private static let candidates = 512

    func run() {
        walk.start()
        let weights = walk.layout.weights
        let tenure = min(options.tenure ?? max(weights / 10, min(10, weights / 4)), weights / 2)
        let looked = min(weights, Self.candidates)
        let moves = (options.sweeps ?? max(16, walk.sweeps / 4)) * weights
        var until = [Int](repeating: 0, count: weights)
        var best = walk.state.energy
        var move = 0
        while move < moves, !walk.isOver {
            move += 1
            var chosen: (weight: Int, change: Double, ties: Int)?
            for index in 0..<looked {
                let weight = looked == weights ? index : walk.generator.index(below: weights)
                let change = walk.state.propose(weight)
                walk.state.reject()
                guard until[weight] <= move || walk.state.energy + change < best else { continue }
                if let known = chosen, change >= known.change {
                    guard change == known.change else { continue }
                    // The n-th of equal ones takes the place with probability 1/n.
                    chosen?.ties += 1
                    if walk.generator.index(below: known.ties + 1) == 0 { chosen?.weight = weight }
                } else {
                    chosen = (weight, change, 1)
                }
            }
            walk.pace(looked)
            guard let chosen else { continue }
            walk.accept(walk.state.propose(chosen.weight))
            until[chosen.weight] = move + tenure + walk.generator.index(below: 5)
            best = min(best, walk.state.energy)
        }
    }
}
