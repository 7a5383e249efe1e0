internal import BitCore

/// What `KernelBenchmark` measures.
struct KernelBenchmarkPlan {
    enum Kernel: String, CaseIterable {
        /// Bits in, integer sums out.
        case xnorI32 = "xnor product to int32"
        /// Bits in, the same sums as floats out.
        case xnorF32 = "xnor product to float32"
        /// Bits in, thresholds, bits out.
        case xnorBits = "xnor product to bits"
        case byteProduct = "byte product"
        case packSigns = "pack signs"
        case packWithin = "pack within limit"
        case unpackSigns = "unpack signs"
        case threshold = "threshold"

        /// What a rate counts: products of a product, bytes of the 32-bit side of the others.
        var unit: String {
            switch self {
            case .xnorI32, .xnorF32, .xnorBits, .byteProduct: "GMAC/s"
            case .packSigns, .packWithin, .unpackSigns, .threshold: "GB/s"
            }
        }

        var roof: KernelRoof.Product? {
            switch self {
            case .xnorI32, .xnorF32, .xnorBits: .binary
            case .byteProduct: .bytes
            case .packSigns, .packWithin, .unpackSigns, .threshold: nil
            }
        }
    }

    struct Case {
        var kernel: Kernel
        var rows: Int
        var columns: Int
        /// K of a product; 0 for the others.
        var depth = 0

        /// Work of a call in the kernel's unit, times 10⁹.
        var work: Double { depth > 0 ? Double(rows) * Double(columns) * Double(depth) : Double(rows * columns * 4) }
        var shape: String { depth > 0 ? "\(rows)×\(columns)×\(depth)" : "\(rows)×\(columns)" }
    }

    var cases: [Case]

    /// Rows × outputs × depth. Operands of the first three fit the second-level cache; then a dense layer for one image, for a batch and
    /// for many; the first layer of a network on 28×28 images; 3×3 convolutions as products on 28×28×128, 56×56×64 and 14×14×256.
    init(quick: Bool) {
        let central = [(256, 1024, 1024), (256, 1024, 2048), (256, 1024, 4096)]
        let dense = [(1, 1024, 1024), (128, 1024, 1024), (1024, 1024, 1024), (128, 1024, 784), (128, 10, 1024)]
        let convolutions = [(784, 128, 1152), (3136, 64, 576), (196, 256, 2304)]
        let shapes = quick ? [central[0], central[2], dense[0], dense[1], convolutions[0]] : central + dense + convolutions
        cases = []
        for kernel in quick ? [.xnorF32, .xnorBits] : [Kernel.xnorI32, .xnorF32, .xnorBits] {
            cases += shapes.map { Case(kernel: kernel, rows: $0.0, columns: $0.1, depth: $0.2) }
        }
        let bytes = quick ? [(128, 1024, 784)] : [(1, 1024, 784), (128, 1024, 784), (1024, 1024, 784), (1024, 64, 27)]
        cases += bytes.map { Case(kernel: .byteProduct, rows: $0.0, columns: $0.1, depth: $0.2) }
        for kernel in [Kernel.packSigns, .packWithin, .unpackSigns, .threshold] {
            cases.append(Case(kernel: kernel, rows: 128, columns: 1024))
            if !quick { cases.append(Case(kernel: kernel, rows: 1024, columns: 1000)) }
        }
    }
}
