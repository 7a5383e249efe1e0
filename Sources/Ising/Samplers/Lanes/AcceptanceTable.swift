#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Metropolis probabilities as integers, so that no kernel computes with reals: a flip that raises the integer energy by 2D is accepted
/// when a uniform number of 16 bits is below entry D, which is 65536 · exp(−2·beta·D) rounded down. What is rarer than 2⁻¹⁶ never happens;
/// a search ends with a descent, which makes up for it.
enum AcceptanceTable {
    /// - Parameter beta: inverse temperature in units of the integer model, 0 or more; infinity accepts nothing.
    static func fill(_ table: UnsafeMutableBufferPointer<UInt16>, beta: Double) {
        // One exponential: results differ between machines only if their exponentials do.
        let ratio = beta == .infinity ? 0 : exp(-2 * beta)
        var probability = 65536.0
        table[0] = 65535
        for energy in 1..<table.count {
            probability *= ratio
            table[energy] = UInt16(min(65535, probability))
        }
    }
}
