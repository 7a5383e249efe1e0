/// What an external sampler writes: lines of n characters 0 or 1, each perhaps followed by a space and a count, and notes that start with #.
/// Memory is bounded by the number of samples kept, whatever the program writes.
struct ExternalSamples {
    private let model: IsingModel
    private let monitor: SearchMonitor
    private let keep: Int
    /// The line that is not complete yet; of a note only the beginning.
    private var line: [UInt8] = []
    private var isNote = false
    private var lineNumber = 1
    private var kept: [PackedSpins: SampleSet.Sample] = [:]
    private var count = 0
    private var dropped = 0
    private var notes: [String] = []
    private var noteCount = 0
    /// What was wrong: `line 3, "01x1": …`. Nothing after it is read.
    private(set) var fault: String?

    static let noteLimit = 50
    static let noteLength = 200
    /// A space and the digits of a count.
    private static let countLength = 20

    init(_ model: IsingModel, monitor: SearchMonitor, keep: Int) {
        (self.model, self.monitor, self.keep) = (model, monitor, keep)
    }

    var isEmpty: Bool { kept.isEmpty }

    /// Reads what came.
    /// - Returns: whether to go on.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while fault == nil, !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            append(rest[..<(end ?? rest.endIndex)])
            guard let end else { break }
            endLine()
            rest = rest[(end + 1)...]
        }
        return fault == nil
    }

    /// The output is over.
    /// - Parameter isWhole: the program ended by itself; else its last line may be a part of one.
    mutating func finish(isWhole: Bool) {
        guard fault == nil, !line.isEmpty else { return }
        if !isWhole, !isNote, sample(line) == nil { return }
        endLine()
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if line.isEmpty, let first = bytes.first { isNote = first == UInt8(ascii: "#") }
        let room = isNote ? Self.noteLength : model.variables + Self.countLength + 2
        line.append(contentsOf: bytes.prefix(Swift.max(0, room - line.count)))
        if !isNote, line.count >= room { report("is longer than the \(model.variables) characters of a sample and a count") }
    }

    private mutating func endLine() {
        defer {
            line.removeAll(keepingCapacity: true)
            isNote = false
            lineNumber += 1
        }
        guard fault == nil else { return }
        if isNote { return note() }
        while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { line.removeLast() }
        if line.isEmpty, model.variables > 0 { return }
        guard let (spins, occurrences) = sample(line) else {
            return report("is not \(model.variables) characters 0 or 1, and perhaps a space and a count")
        }
        count += 1
        if kept[spins] != nil {
            let sum = kept[spins]?.occurrences.addingReportingOverflow(occurrences)
            kept[spins]?.occurrences = sum.map { $0.overflow ? .max : $0.partialValue } ?? occurrences
            return
        }
        let energy = model.energy(of: spins.spins)
        monitor.offer(spins, energy: energy)
        kept[spins] = SampleSet.Sample(spins: spins, energy: energy, occurrences: occurrences)
        if kept.count >= 2 * keep { prune() }
    }

    /// - Returns: nil for anything else than a sample.
    private func sample(_ line: [UInt8]) -> (PackedSpins, Int)? {
        let n = model.variables
        guard line.count >= n else { return nil }
        var words = [UInt64](repeating: 0, count: (n + 63) / 64)
        for index in 0..<n {
            switch line[index] {
            case UInt8(ascii: "1"): words[index >> 6] |= 1 << UInt64(index & 63)
            case UInt8(ascii: "0"): break
            default: return nil
            }
        }
        var occurrences = 1
        if line.count > n {
            guard line[n] == UInt8(ascii: " "), let text = String(validating: line[(n + 1)...], as: UTF8.self), let value = Int(text), value >= 1
            else { return nil }
            occurrences = value
        }
        return (PackedSpins(words: words, count: n), occurrences)
    }

    private mutating func note() {
        noteCount += 1
        guard notes.count < Self.noteLimit else { return }
        let text = ExternalText.shown(String(decoding: line.dropFirst(), as: UTF8.self), limit: Self.noteLength)
        notes.append(text.trimmingSpaces)
    }

    private mutating func report(_ reason: String) {
        fault = "line \(lineNumber), \"\(ExternalText.shown(String(decoding: line.prefix(64), as: UTF8.self), limit: 60))\": \(reason)"
    }

    private mutating func prune() {
        let sorted = kept.values.sorted { ($0.energy, $0.spins) < ($1.energy, $1.spins) }
        dropped += sorted.count - keep
        kept = Dictionary(uniqueKeysWithValues: sorted.prefix(keep).map { ($0.spins, $0) })
    }

    /// Counts and notes.
    var details: [String: String] {
        var details = ["samples": "\(count)"]
        if dropped > 0 { details["dropped"] = "\(dropped)" }
        if !notes.isEmpty {
            details["notes"] = notes.joined(separator: "\n") + (noteCount > notes.count ? "\n… and \(noteCount - notes.count) more" : "")
        }
        return details
    }

    mutating func sampleSet(seed: UInt64, sampler: String, details: [String: String]) -> SampleSet {
        if kept.count > keep { prune() }
        let search = monitor.sampleSet([], seed: seed, sampler: sampler)
        return SampleSet(
            Array(kept.values), stopReason: search.stopReason, trajectory: search.trajectory, updates: search.updates, seconds: search.seconds,
            seed: seed, sampler: sampler, details: details)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
