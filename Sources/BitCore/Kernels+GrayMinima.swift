internal import CKernels

extension Kernels {
    /// Assignments that one call of `grayMinima` works on side by side.
    public static let grayLanes = Int(SF_GRAY_LANES)
    /// How many variables a call of `grayMinima` may enumerate.
    public static let grayVariables = Int(SF_GRAY_LEAST_VARIABLES)...Int(SF_GRAY_MOST_VARIABLES)

    /// The lowest energy over all 2^`variables` assignments of some spins, in each of 32 lanes. A lane is an assignment of the spins that
    /// are not enumerated; lanes share the couplings and differ in the fields and in the energy from which they start. The order of the
    /// walk is a reflected Gray code, one flip a step, and the sets of instructions agree on every result.
    ///
    /// The sum of the magnitudes of all couplings and fields of the model must stay below 2²⁹, and so must every starting energy.
    /// - Parameters:
    ///   - couplings: J, [variables × variables] in rows, symmetric; the diagonal is not read.
    ///   - fields: [variables × 32]: hᵢ and what all other spins add, with the enumerated ones at −1. Overwritten.
    ///   - energies: [32], with the enumerated spins at −1. Overwritten.
    ///   - minima: [32], the result.
    public func grayMinima(
        variables: Int, couplings: UnsafeBufferPointer<Int32>, fields: UnsafeMutableBufferPointer<Int32>,
        energies: UnsafeMutableBufferPointer<Int32>, minima: UnsafeMutableBufferPointer<Int32>
    ) {
        precondition(Self.grayVariables.contains(variables), "\(variables) variables; this enumerates \(Self.grayVariables)")
        precondition(couplings.count == variables * variables, "\(couplings.count) couplings between \(variables) variables")
        precondition(fields.count == variables * Self.grayLanes, "\(fields.count) fields for \(variables) variables in \(Self.grayLanes) lanes")
        precondition(
            energies.count == Self.grayLanes && minima.count == Self.grayLanes,
            "\(energies.count) energies and \(minima.count) minima for \(Self.grayLanes) lanes")
        gray.minima(variables, couplings.baseAddress!, fields.baseAddress!, energies.baseAddress!, minima.baseAddress!)
    }
}
