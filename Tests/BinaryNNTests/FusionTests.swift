import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

/// A batch norm and the sign behind it in one pass: the same bits as one after the other, and less to keep.
@Suite struct FusionTests {
    static func network(_ surrogate: Surrogate, scale: Bool, input: Signal, hasSecondReader: Bool = false) throws -> Network {
        var builder = NetworkBuilder(input: input)
        let sums = try builder.add(Conv2D(67, Window(3), .zero), named: "conv")
        let normal = try builder.add(BatchNorm(scale: scale), named: "norm", reading: sums)
        let signs = try builder.add(Sign(surrogate), named: "sign", reading: normal)
        try builder.add(Conv2D(5, Window(3), .zero), named: "conv2", reading: signs)
        if hasSecondReader {
            try builder.add(GlobalAveragePool(), named: "mean")
            let mean = try builder.add(GlobalAveragePool(), named: "side", reading: normal)
            try builder.add(Dense(5, kernel: .real), named: "dense", reading: mean)
        } else {
            try builder.add(GlobalAveragePool(), named: "mean")
        }
        return builder.build()
    }

    @Test(
        arguments: [Surrogate.straightThrough(), .straightThrough(limit: 0.4), .approxSign, .swishSign()],
        [Signal([5, 6, 3], .sign), Signal([5, 6, 3], .real), Signal([5, 6, 3], .byte(zeroPoint: 128, shift: 7))])
    func fusedPassesGiveTheSameBits(surrogate: Surrogate, input: Signal) throws {
        for (isa, scale) in InstructionSet.supported.flatMap({ isa in [(isa, true), (isa, false)] }) {
            let context = ExecutionContext(engine: PortableEngine(), kernels: Kernels(isa), parallel: Parallel(threads: 2))
            let network = try Self.network(surrogate, scale: scale, input: input)
            var generator = SeededGenerator(seed: 5)
            var parameters = network.makeParameters(generator)
            for name in scale ? ["norm.bias", "norm.scale"] : ["norm.bias"] {
                let id = try #require(parameters.id(named: name))
                parameters.setReals(id, (0..<67).map { _ in generator.normal() })
            }
            let shape = input.shape.batched(7)
            let batch: Activation =
                switch input.width {
                case .sign: .packed(.random(shape, &generator))
                case .byte: .real(Tensor((0..<shape.count).map { _ in Float(generator.index(below: 256) - 128) / 128 }, shape: shape))
                default: .real(.normal(shape, &generator))
                }
            var gradients = [Gradients(network.specs), Gradients(network.specs)]
            let tapes = [network.forward(batch, parameters, context), network.forwardUnfused(batch, parameters, context)]
            for index in 0..<2 {
                let output = tapes[index].output.real(context)
                network.backward(output, tapes[index], parameters, into: &gradients[index], context)
            }
            #expect(tapes[0].output.real(context) == tapes[1].output.real(context))
            for id in parameters.ids where parameters.spec(id).role != .statistic {
                #expect(gradients[0].values(id) == gradients[1].values(id), "\(parameters.spec(id).name)")
            }
            if surrogate != .swishSign() {
                #expect(tapes[0].byteCount < tapes[1].byteCount)
                // 16 bits for each sum of signs or bytes, and nothing else of the norm's size.
                let kernels = 67 * 9 * 8 + 5 * 9 * 16
                if input.width != .real { #expect(tapes[0].byteCount < shape.count * 4 + shape.rows * 67 * 2 + shape.rows * 16 + kernels + 2000) }
            }
        }
    }

    /// Someone else reads the norm's values: they must be there, and only its input is made again.
    @Test func aSecondReaderKeepsThemApart() throws {
        let context = ExecutionContext(engine: PortableEngine())
        let network = try Self.network(.straightThrough(), scale: true, input: Signal([4, 4, 2], .sign), hasSecondReader: true)
        var generator = SeededGenerator(seed: 6)
        let parameters = network.makeParameters(generator)
        let batch = Activation.packed(.random([3, 4, 4, 2], &generator))
        let (fused, apart) = (network.forward(batch, parameters, context), network.forwardUnfused(batch, parameters, context))
        #expect(fused.output.real(context) == apart.output.real(context) && fused.byteCount + 3 * 4 * 4 * 67 * 4 == apart.byteCount)
        var gradients = [Gradients(network.specs), Gradients(network.specs)]
        for (index, tape) in [fused, apart].enumerated() {
            network.backward(tape.output.real(context), tape, parameters, into: &gradients[index], context)
        }
        for id in parameters.ids where parameters.spec(id).role != .statistic { #expect(gradients[0].values(id) == gradients[1].values(id)) }
    }

    /// Residual blocks: sums of signs, their scale, the norm, the addition to a shortcut and the next block's sign in one pass, and back.
    @Test(arguments: [MatrixPrecision.float32, .bfloat16], [WeightScale.none, .meanMagnitude(), .learned])
    func residualBlocksGiveTheSameBits(precision: MatrixPrecision, scale: WeightScale) throws {
        for (isa, surrogate) in InstructionSet.supported.flatMap({ isa in [Surrogate.approxSign, .straightThrough()].map { (isa, $0) } }) {
            let context = ExecutionContext(engine: PortableEngine(), kernels: Kernels(isa), parallel: Parallel(threads: 2), precision: precision)
            // The last block has 116·9 products a sum, which are kept; its output has two readers that are no signs.
            var builder = NetworkBuilder(input: Signal([5, 4, 70], .real))
            var stream = ValueID.input
            for (block, channels) in [70, 116, 116].enumerated() {
                let signs = try builder.add(Sign(surrogate), named: "sign\(block)", reading: stream)
                try builder.add(Conv2D(channels, Window(3), .zero, scale: scale), named: "conv\(block)", reading: signs)
                let main = try builder.add(BatchNorm(scale: block != 1), named: "norm\(block)")
                var shortcut = stream
                if block == 1 {
                    try builder.add(Conv2D(channels, Window(1), kernel: .real), named: "shortcut", reading: stream)
                    shortcut = try builder.add(BatchNorm(), named: "shortcut-norm")
                }
                let (first, second) = block == 0 ? (shortcut, main) : (main, shortcut)
                stream = try builder.add(Add(), named: "add\(block)", reading: first, second)
            }
            let mean = try builder.add(GlobalAveragePool(), named: "mean", reading: stream)
            let top = try builder.add(GlobalAveragePool(), named: "top", reading: stream)
            try builder.add(Add(), named: "scores", reading: mean, top)
            let network = builder.build()
            var generator = SeededGenerator(seed: 8)
            let parameters = network.makeParameters(generator)
            let batch = Activation.real(.normal([3, 5, 4, 70], &generator))
            let tapes = [network.forward(batch, parameters, context), network.forwardUnfused(batch, parameters, context)]
            var gradients = [Gradients(network.specs), Gradients(network.specs)]
            for index in 0..<2 { network.backward(tapes[index].output.real(context), tapes[index], parameters, into: &gradients[index], context) }
            #expect(tapes[0].output.real(context) == tapes[1].output.real(context))
            // Norms keep nothing of two blocks, and 16 bits of the last.
            #expect(tapes[0].byteCount + 60 * (70 * 4 + 116 * 4 + 116 * 2) <= tapes[1].byteCount + 2000)
            for id in parameters.ids where parameters.spec(id).role != .statistic {
                #expect(gradients[0].values(id) == gradients[1].values(id), "\(parameters.spec(id).name)")
            }
        }
    }
}
