/// What networks whose feature maps are bits can be varied in: BaseNet and BoolNet (Guo et al. 2021, arXiv 2106.06991).
public struct BooleanForm: Sendable, Hashable {
    /// k: bits of a feature map, 1 or an even number.
    public var slices: Int
    /// Dilation 2 instead of stride 2 in the last stage, which so keeps its extents: BoolNet★.
    public var isDilated: Bool
    /// XNOR and OR shortcuts.
    public var hasShortcuts: Bool
    /// Local adaptive shifting behind the stem.
    public var hasLocalShifting: Bool

    public init(slices: Int = 4, isDilated: Bool = false, hasShortcuts: Bool = true, hasLocalShifting: Bool) {
        (self.slices, self.isDilated, self.hasShortcuts, self.hasLocalShifting) = (slices, isDilated, hasShortcuts, hasLocalShifting)
    }

    /// The published form with four slices: BoolNet has local shifting, BaseNet has not.
    public init(_ architecture: Architecture) { self.init(hasLocalShifting: architecture == .boolNet) }

    /// Numbers of slices that names can ask for.
    static let sliceCounts: ClosedRange<Int> = 1...16

    /// The words by which a name chooses a form.
    static func words(_ architecture: Architecture) -> [String] {
        switch architecture {
        case .baseNet: ["kSLICES", "las", "plain"]
        case .boolNet: ["kSLICES", "star", "nolas"]
        default: []
        }
    }

    /// Takes one word of a name; false when it is none of the architecture's.
    mutating func take(_ word: some StringProtocol, _ architecture: Architecture) -> Bool {
        if word.hasPrefix("k"), let count = Int(word.dropFirst()), Self.sliceCounts.contains(count), count == 1 || count % 2 == 0 {
            slices = count
            return true
        }
        switch (String(word), architecture) {
        case ("star", .boolNet): isDilated = true
        case ("plain", .baseNet): hasShortcuts = false
        case ("las", .baseNet): hasLocalShifting = true
        case ("nolas", .boolNet): hasLocalShifting = false
        default: return false
        }
        return true
    }

    /// The words that make this form of the architecture's standard one, each behind a colon.
    func suffix(_ architecture: Architecture) -> String {
        let standard = BooleanForm(architecture)
        var words = slices == standard.slices ? "" : ":k\(slices)"
        if isDilated { words += ":star" }
        if !hasShortcuts { words += ":plain" }
        if hasLocalShifting != standard.hasLocalShifting { words += hasLocalShifting ? ":las" : ":nolas" }
        return words
    }
}
