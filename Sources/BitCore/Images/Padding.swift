/// What a sliding window reads outside an image. It is part of the layer, of the model file and of exported code: two networks that differ
/// in it alone compute different functions.
public enum Padding: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing: the window stays inside.
    case valid
    /// +1, which a packed image can hold like any other sign.
    case plusOne
    /// 0. Signs have none, so packed products are corrected at the borders.
    case zero
    /// The nearest pixel of the image.
    case replicate
}
