internal import Ising
internal import Report

extension SolveReport {
    /// A few lines for people.
    public var text: String {
        var lines = ["\(source): \(size), \(sense.rawValue)imised"]
        if !feasible {
            lines.append("INFEASIBLE: \(violations.count) of \(constraints) constraints do not hold")
            for violation in violations.prefix(5) { lines.append("  \(violation.constraint): off by \(Self.number(violation.violation))") }
            if violations.count > 5 { lines.append("  and \(violations.count - 5) more") }
        }
        lines.append("objective  \(Self.number(objective))" + (objective == energy ? "" : " (energy \(Self.number(energy)))"))
        if let target { lines.append("target     \(Self.number(target)), \(targetMet == true ? "met" : "not met")") }
        if let bound {
            lines.append(
                status == .optimal || gap == 0
                    ? "bound      \(Self.number(bound)): this is an optimum"
                    : "bound      \(Self.number(bound)), gap \(NumberText.percent(gap))")
        }
        lines.append("sampler    \(sampler), seed \(seed), \(threads) thread\(threads == 1 ? "" : "s"), \(reads) sample\(reads == 1 ? "" : "s")")
        lines.append("time       best after \(Self.time(secondsToBest)) of \(Self.time(seconds - readSeconds)) (reading \(Self.time(readSeconds))); \(why)")
        if updates > 0 {
            let rate = Double(updates) / Swift.max(seconds - readSeconds, 1e-9) * 1e-9
            lines.append("updates    \(NumberText.grouped(updates)), \(NumberText.compact(rate)) a nanosecond")
        }
        for (key, value) in details.sorted(by: { $0.key < $1.key }) {
            for (index, line) in value.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                lines.append((index == 0 ? "\(key): " : "  ") + line)
            }
        }
        if let assignment { lines.append("assignment \(assignment)") }
        return lines.joined(separator: "\n")
    }

    private var size: String {
        var text = "\(NumberText.grouped(variables)) \(vartype == .spin ? "spins" : "bits")"
        text += ", \(NumberText.grouped(interactions)) interaction\(interactions == 1 ? "" : "s")"
        if constraints > 0 { text += ", \(NumberText.grouped(constraints)) constraint\(constraints == 1 ? "" : "s")" }
        switch form {
        case .quadratic: break
        case .polynomial: text += ", searched as it is"
        case .quadratised: text += ", quadratised with \(NumberText.grouped(auxiliaries)) auxiliary bit\(auxiliaries == 1 ? "" : "s")"
        }
        return text
    }

    /// Why the search ended.
    var why: String {
        switch status {
        case .completed: "all reads made"
        case .optimal: feasible ? "proved optimal" : "proved that no assignment meets all constraints"
        case .target: "target reached"
        case .timeLimit: "time limit reached"
        case .updateLimit: "limit of updates reached"
        case .cancelled: "stopped"
        }
    }

    /// A number as a problem file would have it.
    static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

    /// The same in groups of three digits.
    static func grouped(_ value: Double) -> String { Int(exactly: value).map { NumberText.grouped($0) } ?? "\(value)" }

    static func time(_ seconds: Double) -> String { seconds < 1 ? "\(NumberText.compact(seconds * 1e3)) ms" : NumberText.duration(seconds) }
}

extension SolveReport.Point {
    /// A line at an improvement.
    public var line: String { "\(SolveReport.time(seconds))  objective \(SolveReport.number(objective))" }
}
