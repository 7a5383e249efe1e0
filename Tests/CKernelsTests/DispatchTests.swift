import BitCore
import CKernels
import Testing

/// Which variant runs: never one that the machine or the request does not allow.
@Suite struct DispatchTests {
    static let levels = [SF_ISA_REFERENCE, SF_ISA_AVX2, SF_ISA_AVX512, SF_ISA_AMX, SF_ISA_NEON]

    @Test(arguments: levels.map(\.rawValue)) func aVariantStaysWithinItsLevel(_ raw: UInt32) {
        let level = sf_isa(rawValue: raw)
        let chosen = [
            sf_convolution_select(level).pointee.isa, sf_dense_product_select(level).pointee.isa,
            sf_xnor_product_select(level).pointee.isa, sf_byte_product_select(level).pointee.isa, sf_pack_signs_select(level).pointee.isa,
            sf_threshold_select(level).pointee.isa, sf_elementwise_select(level).pointee.isa,
            sf_updates_select(level).pointee.isa, sf_gray_minima_select(level).pointee.isa,
        ]
        for isa in chosen {
            #expect(isa == SF_ISA_REFERENCE || isa.rawValue <= raw)
            #expect(isa == SF_ISA_REFERENCE || (isa.rawValue >= SF_ISA_NEON.rawValue) == (raw >= SF_ISA_NEON.rawValue))
        }
    }

    @Test func theReferenceIsAlwaysThere() {
        #expect(sf_isa_supported(SF_ISA_REFERENCE) == 1 && sf_isa_supported(sf_isa_best()) == 1)
        #expect(InstructionSet.supported.first == .reference && InstructionSet.supported.contains(.best))
        #expect(sf_xnor_product_select(SF_ISA_REFERENCE).pointee.isa == SF_ISA_REFERENCE)
    }

    @Test func everyLevelHasItsOwnBitKernels() {
        let levels: [InstructionSet: sf_isa] = [.avx2: SF_ISA_AVX2, .avx512: SF_ISA_AVX512, .neon: SF_ISA_NEON]
        for case let level? in InstructionSet.supported.map({ levels[$0] }) {
            #expect(sf_xnor_product_select(level).pointee.isa == level && sf_byte_product_select(level).pointee.isa == level)
            #expect(sf_pack_signs_select(level).pointee.isa == level && sf_threshold_select(level).pointee.isa == level)
        }
    }

    @Test func namesOfInstructionSets() throws {
        #expect(try InstructionSet.requested("Reference").get() == .reference)
        #expect(throws: InstructionSetError.self) { try InstructionSet.requested("sse9").get() }
        guard case .failure(let error) = InstructionSet.requested("sse9") else { return }
        #expect(error.description.contains("SPINFLIP_ISA=sse9") && error.description.contains("reference"))
    }
}
