internal import CKernels

/// The kernel variants in use: one choice of instruction set, resolved once. `Kernels.active` is what programs use; tests make one for
/// each supported set and compare.
public struct Kernels: Sendable {
    public let instructionSet: InstructionSet
    let xnor: sf_xnor_product
    let real: sf_real_product
    let bytes: sf_byte_product
    let packing: sf_pack_signs
    let threshold: sf_threshold
    let elementwise: sf_elementwise
    let updates: sf_updates
    let gray: sf_gray_minima
    let metropolis: sf_metropolis
    let planes: sf_anneal_planes
    let byteLanes: sf_anneal_bytes
    let weightFlips: sf_weight_flips

    /// - Precondition: the machine supports the set.
    public init(_ instructionSet: InstructionSet) {
        precondition(InstructionSet.supported.contains(instructionSet), "this machine has no \(instructionSet.rawValue)")
        self.instructionSet = instructionSet
        let level = instructionSet.level
        xnor = sf_xnor_product_select(level).pointee
        real = sf_real_product_select(level).pointee
        bytes = sf_byte_product_select(level).pointee
        packing = sf_pack_signs_select(level).pointee
        threshold = sf_threshold_select(level).pointee
        elementwise = sf_elementwise_select(level).pointee
        updates = sf_updates_select(level).pointee
        gray = sf_gray_minima_select(level).pointee
        metropolis = sf_metropolis_select(level).pointee
        planes = sf_anneal_planes_select(level).pointee
        byteLanes = sf_anneal_bytes_select(level).pointee
        weightFlips = sf_weight_flips_select(level).pointee
    }

    public static let active = Kernels(.active)
}
