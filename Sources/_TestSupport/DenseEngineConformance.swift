public import DenseMath

/// What every dense engine has to do, as checks that name their violations. Tests run each check on each engine and expect none.
public enum DenseEngineConformance: String, Sendable, CaseIterable {
    /// Integer operands whose sums stay below 2^24 give exact sums, whatever the size, the transposes, the precision.
    case integersAreExact
    /// Real operands stay within the rounding bound of a Double oracle.
    case realsAreWithinBounds
    /// bfloat16 rounds operands to nearest, ties to even, and only the operands.
    case bfloat16RoundsOperands
    /// The same call gives the same bits.
    case deterministic
    /// The number of threads does not change a bit: promised by the portable engine.
    case threadsDoNotMatter
    /// A NaN or an infinity reaches its own row or column and no other.
    case specialValuesStayPut

    /// What all engines promise.
    public static let common = allCases.filter { $0 != .threadsDoNotMatter }

    /// One line for each violation, the first few of them.
    public func violations(of engine: any DenseEngine) -> [String] {
        var log = ViolationLog()
        switch self {
        case .integersAreExact: Self.checkIntegers(engine, &log)
        case .realsAreWithinBounds: Self.checkReals(engine, &log)
        case .bfloat16RoundsOperands: Self.checkRounding(engine, &log)
        case .deterministic: Self.checkRepeats(engine, threads: [2, 2], &log)
        case .threadsDoNotMatter: Self.checkRepeats(engine, threads: [1, 2, 3, 16], &log)
        case .specialValuesStayPut: Self.checkSpecialValues(engine, &log)
        }
        return log.lines
    }

    /// (rows, columns, depth): nothing, one, around register tiles, primes, beyond the cache blocks.
    static let sizes: [(Int, Int, Int)] = [
        (0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 0), (1, 1, 1), (1, 17, 5), (17, 1, 5), (1, 1, 300), (2, 3, 4), (7, 15, 9), (8, 16, 8),
        (8, 48, 16), (9, 49, 17), (13, 31, 33), (16, 64, 2), (31, 47, 63), (64, 10, 128), (53, 97, 101), (127, 129, 131), (600, 50, 37),
        (37, 1100, 41), (40, 60, 1300), (64, 50, 784),
    ]
}

/// The first few violations of a check.
struct ViolationLog {
    private(set) var lines: [String] = []

    mutating func add(_ line: @autoclosure () -> String) {
        if lines.count < 8 { lines.append(line()) }
    }
}
