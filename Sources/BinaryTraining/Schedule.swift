#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Where a run stands: what schedules are functions of.
public struct TrainingClock: Sendable, Hashable, Codable {
    /// Updates done so far; the first update sees 0.
    public var step: Int
    public var stepsPerEpoch: Int
    public var totalSteps: Int

    public init(step: Int, stepsPerEpoch: Int, totalSteps: Int) {
        self.step = step
        self.stepsPerEpoch = stepsPerEpoch
        self.totalSteps = totalSteps
    }

    /// Epochs done, with fraction.
    public var epochs: Double { Double(step) / Double(max(stepsPerEpoch, 1)) }

    /// Share of the run done, 0…1.
    public var progress: Double { totalSteps > 0 ? min(1, Double(step) / Double(totalSteps)) : 0 }
}

/// A number that may change over a run. Any hyper-parameter of any rule is one. In text: `0.001`, `linear:1e-3:1e-6`,
/// `exponential:1e-3:1e-6`, `cosine:1e-2:0`, `staircase:1e-4:0.1:100`, `ramp:1e-4`, `warmup:5:cosine:1e-2:0`.
public indirect enum Schedule: Sendable, Hashable {
    case constant(Double)
    /// from → to, straight over the whole run: to + (from − to)(1 − min(t, T)/T) at step t of T.
    case linear(from: Double, to: Double)
    /// from → to by a constant factor a step.
    case exponential(from: Double, to: Double)
    /// from → to along half a cosine (Loshchilov & Hutter 2017, without restarts).
    case cosine(from: Double, to: Double)
    /// from·factor^⌊epochs/every⌋: Keras' exponential decay with `staircase`.
    case staircase(from: Double, factor: Double, everyEpochs: Double)
    /// perEpoch·⌊epochs⌋: 0 in the first epoch.
    case ramp(perEpoch: Double)
    /// 0 → the value of `then` over the first epochs, then `then` (on the run's own clock).
    case warmup(epochs: Double, then: Schedule)

    public func value(at clock: TrainingClock) -> Double {
        switch self {
        case .constant(let value): return value
        case .linear(let from, let to): return from + (to - from) * clock.progress
        case .exponential(let from, let to): return from * pow(to / from, clock.progress)
        case .cosine(let from, let to): return to + (from - to) * 0.5 * (1 + cos(.pi * clock.progress))
        case .staircase(let from, let factor, let every): return from * pow(factor, Self.wholes(clock.epochs / every))
        case .ramp(let perEpoch): return perEpoch * Self.wholes(clock.epochs)
        case .warmup(let epochs, let then):
            let target = then.value(at: clock)
            // Counted from 1, so that the first step moves.
            let done = (Double(clock.step) + 1) / (epochs * Double(max(clock.stepsPerEpoch, 1)))
            return done < 1 ? target * done : target
        }
    }

    /// ⌊x⌋, where a quotient that rounding left just below a whole number counts as that number.
    private static func wholes(_ x: Double) -> Double { (x + 1e-9).rounded(.down) }

    /// The values it takes over runs of any length lie between these.
    public var bounds: ClosedRange<Double> {
        switch self {
        case .constant(let value): return value...value
        case .linear(let from, let to), .exponential(let from, let to), .cosine(let from, let to): return min(from, to)...max(from, to)
        case .staircase(let from, let factor, _):
            if factor < 0 { return abs(factor) > 1 ? -.infinity ... .infinity : -abs(from)...abs(from) }
            let last = factor > 1 ? from * .infinity : factor == 1 ? from : 0
            return from == 0 ? 0...0 : min(from, last)...max(from, last)
        case .ramp(let perEpoch): return perEpoch < 0 ? -.infinity...0 : perEpoch > 0 ? 0 ... .infinity : 0...0
        case .warmup(_, let then): return min(0, then.bounds.lowerBound)...max(0, then.bounds.upperBound)
        }
    }
}

extension Schedule: CustomStringConvertible, Codable {
    public var description: String {
        switch self {
        case .constant(let value): "\(value)"
        case .linear(let from, let to): "linear:\(from):\(to)"
        case .exponential(let from, let to): "exponential:\(from):\(to)"
        case .cosine(let from, let to): "cosine:\(from):\(to)"
        case .staircase(let from, let factor, let every): "staircase:\(from):\(factor):\(every)"
        case .ramp(let perEpoch): "ramp:\(perEpoch)"
        case .warmup(let epochs, let then): "warmup:\(epochs):\(then)"
        }
    }

    /// Reads the text form; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1 {
            guard let value = Self.number(parts[0]) else { return nil }
            self = .constant(value)
            return
        }
        if parts[0] == "warmup", parts.count >= 3 {
            guard let epochs = Self.number(parts[1]), epochs > 0, let then = Schedule(parts[2...].joined(separator: ":")) else { return nil }
            self = .warmup(epochs: epochs, then: then)
            return
        }
        let numbers = parts.dropFirst().compactMap(Self.number)
        guard numbers.count == parts.count - 1 else { return nil }
        switch (parts[0], numbers.count) {
        case ("linear", 2): self = .linear(from: numbers[0], to: numbers[1])
        case ("exponential", 2) where numbers[0] > 0 && numbers[1] > 0: self = .exponential(from: numbers[0], to: numbers[1])
        case ("cosine", 2): self = .cosine(from: numbers[0], to: numbers[1])
        case ("ramp", 1): self = .ramp(perEpoch: numbers[0])
        case ("staircase", 3) where numbers[2] > 0: self = .staircase(from: numbers[0], factor: numbers[1], everyEpochs: numbers[2])
        default: return nil
        }
    }

    private static func number(_ text: String) -> Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Double.self) {
            self = .constant(value)
        } else {
            let text = try container.decode(String.self)
            guard let schedule = Schedule(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a schedule: \(Schedule.forms)")
            }
            self = schedule
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if case .constant(let value) = self { try container.encode(value) } else { try container.encode(description) }
    }

    /// The text forms, for messages.
    public static let forms =
        "a number, linear:FROM:TO, exponential:FROM:TO, cosine:FROM:TO, staircase:FROM:FACTOR:EPOCHS, ramp:PER-EPOCH or warmup:EPOCHS:…"
}

extension Schedule: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .constant(value) }
}
