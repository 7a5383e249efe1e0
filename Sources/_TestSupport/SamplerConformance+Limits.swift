internal import Ising
internal import Synchronization

/// A clock on which a millisecond passes at every look, and a switch that is thrown after so many looks.
private final class Looks: Sendable {
    private let count = Atomic<Int>(0)
    let allowed: Int

    init(allowed: Int) { self.allowed = allowed }

    var made: Int { count.load(ordering: .relaxed) }
    func look() -> Int { count.add(1, ordering: .relaxed).newValue }
}

private final class Heard: Sendable {
    private let list = Mutex<[Improvement]>([])
    func hear(_ improvement: Improvement) { list.withLock { $0.append(improvement) } }
    var improvements: [Improvement] { list.withLock { $0 } }
}

extension SamplerConformance {
    /// How many more looks at clock or switch a search may take once it should end: a few a thread, and those of its last improvements.
    private static let grace = 64
    /// Proposals between two looks: with the fastest kernels some milliseconds.
    private static let updatesPerLook = 200_000_000

    mutating func checkLimits() {
        for (name, model) in Self.medium(traits.mediumVariables) {
            for threads in [1, 2] { checkTimeLimit(model, name, threads) }
            checkOvertime(model, name)
            checkCancellation(model, name)
            checkUpdateLimit(model, name)
        }
        checkNoTime()
        checkTarget()
    }

    private mutating func checkTimeLimit(_ model: IsingModel, _ name: String, _ threads: Int) {
        let looks = Looks(allowed: 100)
        let control = SamplingControl(timeLimit: 0.1, threads: threads, seconds: { Double(looks.look()) * 1e-3 })
        guard let set = sample(model, "\(name) with a time limit", control: control) else { return }
        expect([.timeLimit, .completed, .optimal].contains(set.stopReason), "a time limit on \(name) ends in \(set.stopReason)")
        if set.stopReason == .timeLimit {
            expect(looks.made <= looks.allowed + Self.grace * threads, "\(name): \(looks.made - looks.allowed) looks at the clock after the limit")
        } else {
            expect(looks.made <= looks.allowed + Self.grace * threads, "\(name): the limit passed, and the search ended as \(set.stopReason)")
        }
        expect(set.updates <= looks.made * Self.updatesPerLook, "\(name): \(set.updates) updates with \(looks.made) looks at the clock")
    }

    /// The clock stands still, and from some look on it runs fast and is past the limit: what is done between two looks, which is the most that
    /// can be done after the limit, is bounded, and no energy but that of the best is computed any more.
    private mutating func checkOvertime(_ model: IsingModel, _ name: String) {
        var before = 0
        for allowed in Array(1...24) + [40, 41, 42, 80, 81, 82] {
            let looks = Looks(allowed: allowed)
            let control = SamplingControl(timeLimit: 1, seconds: { 1000 * Double(Swift.max(0, looks.look() - looks.allowed)) })
            guard let set = sample(model, "\(name), late after \(allowed) looks", control: control), set.stopReason == .timeLimit else { return }
            let isNext = allowed > 1 && allowed != 40 && allowed != 80
            if isNext {
                let made = set.updates - before
                expect(made <= traits.updatesPerLook, "\(name): \(made) updates between look \(allowed - 1) at the clock and the next")
            }
            before = set.updates
            expect(set.samples.count <= traits.lateSamples, "\(name): \(set.samples.count) energies were computed after the limit")
            expect(looks.made <= allowed + Self.grace, "\(name): \(looks.made - allowed) looks after the limit")
        }
    }

    private mutating func checkCancellation(_ model: IsingModel, _ name: String) {
        for allowed in [0, 40] {
            let looks = Looks(allowed: allowed)
            let heard = Heard()
            let control = SamplingControl(threads: 2, isCancelled: { looks.look() > looks.allowed }, onImprovement: { heard.hear($0) })
            guard let set = sample(model, "\(name), cancelled", control: control) else { continue }
            let ended = set.stopReason == .cancelled || looks.made <= allowed
            expect(ended, "\(name): cancelled, and the search ended as \(set.stopReason)")
            expect(looks.made <= allowed + 2 * Self.grace, "\(name): \(looks.made - allowed) looks after the cancellation")
            if let last = heard.improvements.last {
                expect(set.first.energy <= last.energy, "\(name): the best before the cancellation is kept")
            }
        }
    }

    private mutating func checkUpdateLimit(_ model: IsingModel, _ name: String) {
        guard let set = sample(model, "\(name) with 100 updates", control: SamplingControl(updateLimit: 100)) else { return }
        expect(
            [.updateLimit, .completed, .optimal].contains(set.stopReason) && (set.stopReason == .updateLimit || set.updates <= 100),
            "100 updates on \(name) end in \(set.stopReason) after \(set.updates)")
    }

    /// Even with no time at all there is a valid assignment.
    private mutating func checkNoTime() {
        for small in SmallModels.all { _ = sample(small.model, "“\(small.name)” without time", control: SamplingControl(timeLimit: 0)) }
    }

    private mutating func checkTarget() {
        for small in SmallModels.all where small.model.terms.unit != nil && small.model.variables > 0 {
            let least = SmallModels.enumerated(small.model).least
            let what = "“\(small.name)” with a target"
            if let set = sample(small.model, what, control: SamplingControl(target: least)), set.first.energy <= least {
                expect([.target, .optimal].contains(set.stopReason), "\(what) ends in \(set.stopReason)")
            }
            if let set = sample(small.model, what, control: SamplingControl(target: least - 1)) {
                expect(set.stopReason != .target, "a target that cannot be reached was not, on \(what)")
            }
        }
    }

    mutating func checkProgress() {
        for (name, model) in Self.medium(traits.completeVariables) {
            let (heard, looks) = (Heard(), Looks(allowed: 0))
            let control = SamplingControl(threads: 2, seconds: { Double(looks.look()) * 1e-3 }, onImprovement: { heard.hear($0) })
            guard let set = sample(model, name, control: control) else { continue }
            let improvements = heard.improvements
            expect(improvements == set.trajectory, "the trajectory of \(name) is what was reported")
            expect(!improvements.isEmpty, "there is a first improvement on \(name)")
            expect(improvements.last?.energy == set.first.energy, "the last improvement on \(name) is the result")
            expect(
                zip(improvements, improvements.dropFirst()).allSatisfy { $1.energy < $0.energy && $1.seconds >= $0.seconds && $1.updates >= $0.updates },
                "improvements on \(name) improve, one after the other")
        }
    }
}
