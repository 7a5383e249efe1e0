internal import BitCore
internal import DenseMath

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
        /// Packed image and kernel, float sums out.
        case xnorConvolution = "xnor convolution"
        /// Bytes in, packed kernel, integer sums out.
        case byteConvolution = "byte convolution"
        /// Real image, packed kernel.
        case realConvolution = "real convolution"
        case realConvolutionHalf = "real convolution bf16"
        /// Real gradients, packed kernel.
        case imageGradient = "image gradient"
        case imageGradientHalf = "image gradient bf16"
        /// Real gradients, packed image.
        case kernelGradient = "kernel gradient"
        case kernelGradientHalf = "kernel gradient bf16"

        /// What a rate counts: products of a product, bytes of the 32-bit side of the others.
        var unit: String {
            switch self {
            case .packSigns, .packWithin, .unpackSigns, .threshold: "GB/s"
            default: "GMAC/s"
            }
        }

        var roof: KernelRoof.Product? {
            switch self {
            case .xnorI32, .xnorF32, .xnorBits, .xnorConvolution: .binary
            case .byteProduct, .byteConvolution: .bytes
            case .realConvolution, .imageGradient, .kernelGradient: .float32
            case .realConvolutionHalf, .imageGradientHalf, .kernelGradientHalf: .bfloat16
            case .packSigns, .packWithin, .unpackSigns, .threshold: nil
            }
        }

        /// How engines hold the operands of a real product.
        var precision: MatrixPrecision {
            switch self {
            case .realConvolutionHalf, .imageGradientHalf, .kernelGradientHalf: .bfloat16
            default: .float32
            }
        }
    }

    /// A layer of a network on a batch of images.
    struct Layer {
        var name: String
        var geometry: ConvolutionGeometry
        var batch: Int
    }

    struct Case {
        var kernel: Kernel
        var rows: Int
        var columns: Int
        /// K of a product; 0 for the others.
        var depth = 0
        /// Of a convolution: rows are then positions of the window over the batch.
        var layer: Layer?

        /// Work of a call in the kernel's unit, times 10⁹.
        var work: Double { depth > 0 ? Double(rows) * Double(columns) * Double(depth) : Double(rows * columns * 4) }
        var name: String { layer.map { "\(kernel.rawValue), \($0.name)" } ?? kernel.rawValue }
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
        cases += Self.layers(quick: quick).flatMap { layer in
            // The first layer of a network reads reals, or bytes; those after it signs.
            let kernels: [Kernel] =
                layer.geometry.channels < 16
                ? [.byteConvolution, .realConvolution, .realConvolutionHalf, .kernelGradient, .kernelGradientHalf]
                : [.xnorConvolution, .imageGradient, .imageGradientHalf, .kernelGradient, .kernelGradientHalf]
            let geometry = layer.geometry
            return kernels.map {
                Case(
                    kernel: $0, rows: layer.batch * geometry.positions.positions, columns: geometry.outputs, depth: geometry.depth, layer: layer)
            }
        }
    }

    /// Layers of BinaryNet and of Bi-Real-Net-18 on CIFAR-10, on two images: a call then takes milliseconds at most and some repeat goes without
    /// interruption on a busy machine; the rates at batch 128 are the same.
    static func layers(quick: Bool) -> [Layer] {
        // Name, side of the image, channels, outputs, stride, padding.
        let layers: [(String, Int, Int, Int, Int, Padding)] = [
            ("Bi-Real 256 8×8", 8, 256, 256, 1, .plusOne),
            ("BinaryNet 3 32×32", 32, 3, 128, 1, .valid), ("BinaryNet 128 30×30", 30, 128, 128, 1, .plusOne),
            ("BinaryNet 128 15×15", 15, 128, 256, 1, .plusOne), ("BinaryNet 256 15×15", 15, 256, 256, 1, .plusOne),
            ("BinaryNet 256 7×7", 7, 256, 512, 1, .plusOne), ("BinaryNet 512 7×7", 7, 512, 512, 1, .plusOne),
            ("Bi-Real 64 32×32", 32, 64, 64, 1, .plusOne), ("Bi-Real 64 32×32/2", 32, 64, 128, 2, .plusOne),
            ("Bi-Real 128 16×16", 16, 128, 128, 1, .plusOne), ("Bi-Real 512 4×4", 4, 512, 512, 1, .plusOne),
        ]
        return layers.prefix(quick ? 1 : layers.count).compactMap { name, side, channels, outputs, stride, padding in
            let geometry = try? ConvolutionGeometry([side, side, channels], Window(3, stride: stride), padding, outputs: outputs)
            return geometry.map { Layer(name: name, geometry: $0, batch: 2) }
        }
    }
}
