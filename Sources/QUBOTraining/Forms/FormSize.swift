public import Ising

/// How large a form of a problem is, or would be: known before anything is built.
public struct FormSize: Hashable, Sendable, Codable {
    /// `qubo` or `polynomial`.
    public var form: String
    public var variables: Int
    /// An upper bound of the terms of two variables or more: products that meet in several constraints are counted in each.
    public var interactions: Int
    /// About what building it takes at its peak.
    public var bytes: Int

    /// Bytes that forms may take unless told otherwise.
    public static let defaultByteLimit = 4 << 30

    /// - Parameters: as `Double`, so that no count overflows; what exceeds an Int is its largest value.
    init(form: String, variables: Double, interactions: Double, bytes: Double) {
        self.form = form
        self.variables = Self.clamped(variables)
        self.interactions = Self.clamped(interactions)
        self.bytes = Self.clamped(bytes)
    }

    static func clamped(_ value: Double) -> Int { value < 0x1p62 ? Int(value) : .max }
}

/// Why a problem cannot be written in a form. Every message is one sentence that says what to do.
public enum FormError: Error, Hashable, Sendable {
    /// More memory than allowed, or more variables than a model can have.
    case tooLarge(FormSize, byteLimit: Int)
    /// The form has no place for the loss.
    case loss(form: String)
    /// A polynomial would have to be multiplied out over all samples.
    case worstMargin
    case tooManyWeights(Int, limit: Int)
    /// A penalty that is not a finite number above 0.
    case penalty(QUBOPenalties.Kind, Double)
    case model(ProblemError)
}

extension FormError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let size, let limit):
            "the \(size.form) form would have \(Self.count(size.variables)) variables and up to \(Self.count(size.interactions)) terms, about "
                + "\(Self.megabytes(size.bytes)) MB where \(Self.megabytes(limit)) are allowed; take fewer samples or neurons, or the weights form"
        case .loss(let form): "the hinge loss compares sums, which the \(form) form does not hold; use the hamming loss or the weights form"
        case .worstMargin: "the least margin of all samples is no small polynomial; reward the sum of margins, or use the qubo or the weights form"
        case .tooManyWeights(let count, let limit): "the polynomial form takes at most \(limit) weights, not \(count); use the qubo or the weights form"
        case .penalty(let kind, let value): "the \(kind.rawValue) penalty is \(value); use a finite number above 0"
        case .model(let error): "\(error)"
        }
    }

    private static func count(_ value: Int) -> String { value == .max ? "countless" : "\(value)" }
    private static func megabytes(_ bytes: Int) -> String { bytes == .max ? "countless" : "\((bytes >> 20) + 1)" }
}
