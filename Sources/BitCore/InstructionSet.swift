internal import CKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// The instruction sets that the kernels know. Each includes those before it on the same architecture.
public enum InstructionSet: String, Sendable, CaseIterable, Codable {
    case reference, avx2, avx512, amx, neon

    /// The best one this machine has.
    public static let best: InstructionSet = InstructionSet(level: sf_isa_best())

    /// Every one that this machine can run, the reference first.
    public static let supported: [InstructionSet] = allCases.filter { sf_isa_supported($0.level) != 0 }

    /// The one in use: the best, unless the environment variable `SPINFLIP_ISA` names another.
    public static let active: InstructionSet = {
        guard let value = getenv("SPINFLIP_ISA") else { return best }
        switch requested(String(cString: value)) {
        case .success(let isa): return isa
        case .failure(let error): fatalError(error.description)
        }
    }()

    /// Reads a value of `SPINFLIP_ISA`; programs call this first so that a wrong value is an error message and not a trap.
    public static func requested(_ name: String) -> Result<InstructionSet, InstructionSetError> {
        guard let isa = InstructionSet(rawValue: name.lowercased()) else { return .failure(.unknown(name)) }
        return supported.contains(isa) ? .success(isa) : .failure(.unsupported(isa))
    }

    var level: sf_isa {
        switch self {
        case .reference: SF_ISA_REFERENCE
        case .avx2: SF_ISA_AVX2
        case .avx512: SF_ISA_AVX512
        case .amx: SF_ISA_AMX
        case .neon: SF_ISA_NEON
        }
    }

    private init(level: sf_isa) {
        self = Self.allCases.first { $0.level == level } ?? .reference
    }
}

public enum InstructionSetError: Error, CustomStringConvertible {
    case unknown(String)
    case unsupported(InstructionSet)

    public var description: String {
        let known = InstructionSet.supported.map(\.rawValue).joined(separator: ", ")
        return switch self {
        case .unknown(let name): "SPINFLIP_ISA=\(name) is not an instruction set; this machine runs \(known)"
        case .unsupported(let isa): "this machine has no \(isa.rawValue); set SPINFLIP_ISA to one of \(known)"
        }
    }
}
