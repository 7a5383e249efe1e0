/// The values a variable takes.
public enum Vartype: String, Hashable, Sendable, Codable, CaseIterable {
    /// −1 or +1.
    case spin
    /// 0 or 1; bit 1 corresponds to spin +1.
    case binary
}
