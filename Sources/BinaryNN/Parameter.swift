public import BitCore

/// What a parameter is for. Optimisers route by it, summaries count by it.
public enum ParameterRole: String, Sendable, Codable, CaseIterable {
    case kernel, bias, scale, threshold
    /// Running statistics: written by the layer, never by an update rule.
    case statistic
}

/// How a parameter is held between steps.
public enum ParameterEncoding: String, Sendable, Codable, CaseIterable {
    /// Float32, used as it is.
    case real
    /// Float32 behind a sign: the layer uses sign(w), the update rule moves w.
    case latentBinary
    /// One bit each and nothing else: the 32-fold saving holds during training too.
    case binary
}

public struct ParameterSpec: Sendable, Hashable, Codable {
    /// Unique in its network: `dense1.kernel`.
    public var name: String
    public var shape: Shape
    public var role: ParameterRole
    public var encoding: ParameterEncoding

    public init(name: String, shape: Shape, role: ParameterRole, encoding: ParameterEncoding = .real) {
        self.name = name
        self.shape = shape
        self.role = role
        self.encoding = encoding
    }

    public var count: Int { shape.count }

    /// Bits that the value of one element takes in a shipped model.
    public var bitsPerElement: Int { encoding == .real ? 32 : 1 }
}

/// The place of a parameter in its network's store.
public struct ParameterID: Sendable, Hashable {
    public let index: Int

    package init(index: Int) { self.index = index }

    /// What a layer holds before a network has given it a place.
    public static let unbound = ParameterID(index: -1)
}
