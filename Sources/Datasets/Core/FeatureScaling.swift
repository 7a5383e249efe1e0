/// How the columns of a table became bytes, kept so that new rows are turned into bytes the same way.
public struct FeatureScaling: Hashable, Sendable, Codable {
    /// One feature: q = round((v − offset) / step), clamped to 0…255, so that v ≈ offset + step · q.
    public struct Column: Hashable, Sendable, Codable {
        public var name: String
        public var offset: Double
        public var step: Double

        /// - Precondition: both numbers are finite and the step is positive.
        public init(name: String, offset: Double, step: Double) {
            precondition(offset.isFinite && step.isFinite && step > 0, "column \(name): offset \(offset), step \(step)")
            self.name = name
            self.offset = offset
            self.step = step
        }

        /// Bytes as they are.
        public static func identity(_ name: String) -> Column { Column(name: name, offset: 0, step: 1) }

        public var isIdentity: Bool { offset == 0 && step == 1 }

        /// The byte for a number, half away from zero; NaN becomes 0.
        public func byte(_ value: Double) -> UInt8 {
            let scaled = ((value - offset) / step).rounded()
            guard scaled > 0 else { return 0 }
            return scaled >= 255 ? 255 : UInt8(scaled)
        }

        /// The number in the middle of what a byte stands for.
        public func value(_ byte: UInt8) -> Double { offset + step * Double(byte) }

        private enum CodingKeys: String, CodingKey { case name, offset, step }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let name = try container.decode(String.self, forKey: .name)
            let (offset, step) = (try container.decode(Double.self, forKey: .offset), try container.decode(Double.self, forKey: .step))
            guard offset.isFinite, step.isFinite, step > 0 else {
                throw DecodingError.dataCorruptedError(forKey: .step, in: container, debugDescription: "scaling of column \(name) is not finite and positive")
            }
            self.init(name: name, offset: offset, step: step)
        }
    }

    /// In the order of the features.
    public var columns: [Column]

    public init(columns: [Column]) { self.columns = columns }

    /// True when every column held bytes already.
    public var isIdentity: Bool { columns.allSatisfy(\.isIdentity) }
}
