/// Metropolis probabilities as integers, so that no kernel computes with reals: a flip that raises the integer energy by 2D is accepted
/// when a uniform number of 16 bits is below entry D, which is 65536 · exp(−2D / T) rounded down. What is rarer than 2⁻¹⁶ never happens;
/// a search ends with a descent, which makes up for it.
enum AcceptanceTable {
    /// Flips that keep the energy are accepted 15 times out of 16: were they always made, chains that visit variables in a fixed order would
    /// be bound to some states of small models.
    /// - Parameters:
    ///   - temperature: of the integer model; 0 accepts nothing that raises the energy.
    ///   - descending: nothing is accepted that keeps the energy either.
    static func fill(_ table: UnsafeMutableBufferPointer<UInt16>, temperature: Double, descending: Bool = false) {
        // One power, the same on every machine; the rest are products.
        let ratio = temperature > 0 ? Power.of(2, -2 / (temperature * 0.6931471805599453)) : 0
        var probability = 65536.0
        table[0] = descending ? 0 : 61440
        for energy in 1..<table.count {
            probability *= ratio
            table[energy] = UInt16(Swift.min(65535, probability))
        }
    }
}
