import Ising
import Synchronization
import Testing

/// Programs that behave, and programs that do not.
@Suite struct ExternalSamplerTests {
    /// s₀s₁ + s₁s₂ − s₂s₃ − 0.5·s₀: least at −3.5 for + − + +.
    static let model = try? IsingModel(fields: [-0.5, 0, 0, 0], couplings: [(0, 1, 1), (1, 2, 1), (2, 3, -1)])

    static func sample(
        _ command: String, _ options: ExternalSampler.Options = .init(), control: SamplingControl = SamplingControl()
    ) throws -> SampleSet {
        try ExternalSampler(command: command, options: options).sample(try #require(model), seed: 7, control: control)
    }

    static func message(_ command: String, control: SamplingControl = SamplingControl()) throws -> String {
        do {
            let set = try sample(command, .init(grace: 0.05), control: control)
            return "no error, but \(set.samples)"
        } catch let error as SamplerError {
            return "\(error)"
        }
    }

    @Test func samplesAreEvaluatedAndSorted() throws {
        let set = try Self.sample("cat > /dev/null; echo '# version 3'; echo 1111; echo '1011 5'; echo 1011; echo; printf 0000")
        #expect(set.samples.map(\.energy) == [-3.5, 0.5, 1.5])
        #expect(set.first.spins.bits == [1, 0, 1, 1])
        #expect(set.first.occurrences == 6)
        #expect(set.reads == 8)
        #expect(set.details["notes"] == "version 3")
        #expect(set.details["samples"] == "4")
        #expect(set.stopReason == .completed)
        #expect(set.trajectory.last?.energy == -3.5)
    }

    @Test func problemIsOneJSONObject() throws {
        // What the program is given comes back as a note.
        let set = try Self.sample("read line; echo \"#$line\"; echo 1011", .init(reads: 3), control: SamplingControl(timeLimit: 60, target: -4, threads: 2))
        #expect(
            set.details["notes"]
                == "{\"version\":1,\"vartype\":\"SPIN\",\"variables\":4,\"offset\":0,\"seed\":7,\"reads\":3,\"threads\":2,\"timeLimit\":60,"
                + "\"target\":-4,\"linear\":[-0.5,0,0,0],\"quadratic\":[[0,1,1],[1,2,1],[2,3,-1]]}")
    }

    @Test func whatIsNotReadDoesNotBlock() throws {
        // 200,000 couplings are more than a pipe holds; the program closes its input at once, or never looks at it.
        let couplings = (0..<200_000).map { ($0, $0 + 1, 1.0) }
        let model = try IsingModel(fields: [Double](repeating: 0, count: 200_001), couplings: couplings)
        let alternate = "awk 'BEGIN { for (i = 0; i < 200001; i++) printf i % 2; print \"\" }'"
        for command in ["exec < /dev/null; " + alternate, alternate, "wc -c > /dev/null; " + alternate] {
            let set = try ExternalSampler(command: command).sample(model, seed: 0)
            #expect(set.first.energy == -200_000)
        }
    }

    @Test func targetEndsTheProgram() throws {
        let set = try Self.sample("echo 1011; exec sleep 1000", .init(grace: 0), control: SamplingControl(target: -3.5))
        #expect(set.stopReason == .target)
        #expect(set.first.energy == -3.5)
    }

    @Test func timeLimitKeepsWhatCame() throws {
        // It ignores the request to terminate, and so does what it starts.
        let set = try Self.sample(
            "trap '' TERM; echo 1111; sleep 1000 & while :; do sleep 1000; done", .init(grace: 0.02), control: SamplingControl(timeLimit: 0.2))
        #expect(set.stopReason == .timeLimit)
        #expect(set.first.energy == 0.5)
    }

    @Test func lastWordsCount() throws {
        let set = try Self.sample(
            "trap 'echo 1011; exit' TERM; echo 1111; while :; do sleep 0.01; done", .init(grace: 30), control: SamplingControl(timeLimit: 0.2))
        #expect(set.stopReason == .timeLimit)
        #expect(set.first.energy == -3.5)
    }

    @Test func cancellationKeepsWhatCame() throws {
        let hasSpoken = Mutex(false)
        let control = SamplingControl(isCancelled: { hasSpoken.withLock { $0 } }, onImprovement: { _ in hasSpoken.withLock { $0 = true } })
        let set = try Self.sample("echo 1111; exec sleep 1000", .init(grace: 0), control: control)
        #expect(set.stopReason == .cancelled)
    }

    @Test func whoHoldsThePipeIsNotWaitedFor() throws {
        let set = try Self.sample("sleep 1000 & echo 1011", .init(grace: 0.05))
        #expect(set.first.energy == -3.5)
        let closed = try Self.sample("echo 1011; exec >&- 2>&-; exec sleep 1000", .init(grace: 0.05))
        #expect(closed.first.energy == -3.5)
    }

    @Test func crashAfterSamplesKeepsThem() throws {
        let set = try Self.sample("echo 1011; echo 'no more' >&2; exit 3")
        #expect(set.first.energy == -3.5)
        #expect(set.details["ended"] == "ended with status 3: no more")
        let killed = try Self.sample("echo 1011; kill -SEGV $$")
        #expect(killed.details["ended"]?.hasPrefix("was ended by signal 11") == true)
    }

    @Test(arguments: [
        ("exit 3", "\"exit 3\" ended with status 3"),
        ("echo 'cannot   think' >&2; exit 1", "ended with status 1: cannot think"),
        ("true", "ended without a sample"),
        ("kill -KILL $$", "was ended by signal 9"),
        ("no-such-program-anywhere", "ended with status 127"),
        ("echo 1011; echo 10x1", "line 2, \"10x1\": is not 4 characters 0 or 1"),
        ("echo 101", "line 1, \"101\": is not 4 characters"),
        ("echo 10110", "line 1, \"10110\""),
        ("echo '1011 0'", "line 1, \"1011 0\""),
        ("echo '1011 -3'", "line 1"),
        ("echo '1011 2 3'", "line 1"),
        ("echo 1011 99999999999999999999", "line 1"),
        ("printf '10\\00011\\n'", "line 1, \"10 11\""),
        ("yes 1011 | tr -d '\\n'", "line 1, \"101110111011"),
        ("echo 0000; cat /dev/zero", "line 2"),
    ])
    func faultsAreErrors(_ command: String, _ part: String) throws {
        let text = try Self.message(command)
        #expect(text.contains(part), "\(text)")
        #expect(!text.contains("\n"))
        #expect(text.count < 400)
    }

    @Test func nothingInTimeIsAnError() throws {
        let text = try Self.message("exec sleep 1000", control: SamplingControl(timeLimit: 0.1))
        #expect(text.hasSuffix("gave no sample within 0.1 s"))
    }

    @Test func endlessNotesAndSamplesStayBounded() throws {
        let notes = try Self.sample("yes '#again' | head -n 100000; echo 1011", .init(keep: 2))
        #expect((notes.details["notes"]?.count ?? 0) < 1000)
        let long = try Self.sample("(printf '#'; yes | tr -d '\\n' | head -c 10000000; echo); echo 1011")
        #expect((long.details["notes"]?.count ?? 0) <= 201)
        let few = try Self.sample("awk 'BEGIN { for (i = 0; i < 16; i++) print i % 2 \"\" int(i / 2) % 2 int(i / 4) % 2 int(i / 8) }'", .init(keep: 4))
        #expect(few.samples.count == 4)
        #expect(few.first.energy == -3.5)
        #expect(few.details["dropped"] == "12")
    }

    @Test func emptyAndOneVariable() throws {
        let one = try IsingModel(fields: [1])
        #expect(try ExternalSampler(command: "echo 0; echo 1").sample(one, seed: 0).first.energy == -1)
        let empty = try IsingModel(fields: [], offset: 2)
        #expect(try ExternalSampler(command: "echo").sample(empty, seed: 0).first.energy == 2)
    }

    @Test func manyAtOnce() async throws {
        try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<16 { group.addTask { try Self.sample("cat > /dev/null; echo 1011").first.energy } }
            for try await energy in group { #expect(energy == -3.5) }
        }
    }

    @Test(arguments: [
        ExternalSampler.Options(reads: 0), .init(grace: -1), .init(grace: .nan), .init(keep: 0),
    ])
    func badOptionsAreErrors(_ options: ExternalSampler.Options) {
        #expect(throws: SamplerError.self) { try Self.sample("echo 1011", options) }
    }
}
