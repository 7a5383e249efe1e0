import BinaryNN
import BitCore
import DenseMath
import ModelZoo
import Testing
import _TestSupport

@Suite struct ArchitectureTests {
    static let bytes = Signal.Width.byte(zeroPoint: 128, shift: 7)

    /// The published form, layer by layer (Bop repositories): no biases, norms with β alone, every kernel binary.
    @Test func binaryNetHasThePublishedShapes() throws {
        let name = try ModelName("binarynet")
        let network = try name.network(items: [32, 32, 3], classes: 10, input: Self.bytes)
        let extents = network.nodes.filter { $0.layer is Conv2D || $0.layer is MaxPool }.map { $0.output.shape[0] }
        #expect(extents == [30, 30, 15, 15, 15, 7, 7, 7, 3])
        let kernels = network.specs.filter { $0.role == .kernel }
        #expect(kernels.map(\.count) == [3_456, 147_456, 294_912, 589_824, 1_179_648, 2_359_296, 4_718_592, 1_048_576, 10_240])
        #expect(kernels.allSatisfy { $0.encoding == .latentBinary })
        #expect(network.specs.allSatisfy { $0.role != .scale })
        let biases = network.specs.filter { $0.role == .bias }.map(\.count)
        #expect(biases == [128, 128, 256, 256, 512, 512, 1024, 1024, 10])
        #expect(network.nodes.last?.layer is BatchNorm && network.output.shape == [10])
        let flat = try #require(network.nodes.first { $0.layer is Flatten })
        #expect(flat.output.shape == [4608])
        // Multiply-accumulates by hand: positions × kernel.
        let counts = network.operationCounts
        #expect(counts.byteBinaryMACs == 900 * 3_456)
        let convolutions: Int = 900 * 147_456 + 225 * 884_736 + 49 * 3_538_944
        let dense = 4_718_592 + 1_048_576 + 10_240
        #expect(counts.binaryMACs == convolutions + dense)
        #expect(counts.realMACs == 0 && counts.realBinaryMACs == 0)
    }

    /// What one image leaves for the backward pass: less than a fifth of all layers' outputs in Float32.
    @Test func aStepKeepsLittle() throws {
        let network = try ModelName("binarynet").network(items: [32, 32, 3], classes: 10, input: Self.bytes, ModelOptions(kernel: .binary))
        var generator = SeededGenerator(seed: 1)
        let parameters = network.makeParameters(generator)
        let images = Tensor((0..<2 * 3072).map { _ in Float(generator.index(below: 256) - 128) / 128 }, shape: [2, 32, 32, 3])
        func bytes(_ count: Int) -> Int {
            let some = Tensor(images.elements.prefix(count * 3072), shape: [count, 32, 32, 3])
            return network.forward(.real(some), parameters, ExecutionContext(engine: PortableEngine())).byteCount
        }
        let kept = bytes(2) - bytes(1)
        let outputs = network.nodes.reduce(0) { $0 + $1.output.shape.count }
        #expect(kept < 700_000 && kept * 5 < outputs * 4)
    }

    @Test func halfWidthsHalve() throws {
        let network = try ModelName("binarynet:0.5").network(items: [32, 32, 3], classes: 10, input: Self.bytes)
        let widths = network.nodes.compactMap { ($0.layer as? Conv2D)?.outputs ?? ($0.layer as? Dense)?.units }
        #expect(widths == [64, 64, 128, 128, 256, 256, 512, 512, 10])
    }

    /// Weights of LeNet-5's Caffe form, whose published 431,080 parameters have 580 biases with them.
    @Test(arguments: [Shape([28, 28]), [28, 28, 1]]) func leNetHasThePublishedWeights(items: Shape) throws {
        let network = try ModelName("lenet").network(items: items, classes: 10, input: .sign)
        #expect(network.specs.filter { $0.role == .kernel }.reduce(0) { $0 + $1.count } == 430_500)
    }

    @Test(arguments: [
        ("xnornet:imagenet", [27, 13, 6], 34_848, 37_748_736, 4_096_000), ("xnornet", [15, 7, 3], 2592, 9_437_184, 40_960),
    ])
    func xnorNetHasAlexNetsShapes(text: String, pooled: [Int], stem: Int, dense: Int, last: Int) throws {
        let name = try ModelName(text)
        let network = try name.network(items: name.standard.items, classes: name.standard.classes, input: Self.bytes)
        #expect(network.nodes.filter { $0.layer is MaxPool }.map { $0.output.shape[0] } == pooled)
        #expect(
            network.specs.filter { $0.role == .kernel }.map(\.count)
                == [stem, 614_400, 884_736, 1_327_104, 884_736, dense, 16_777_216, last])
        #expect(network.specs.filter { $0.role == .kernel && $0.encoding == .real }.count == 2)
    }

    /// Sixteen binary convolutions, four of each width; three real shortcuts; 11.2 million weights in the ImageNet form's convolutions.
    @Test(arguments: ["birealnet18", "resnete18"], [false, true]) func residualNetworksHaveTheirShapes(name: String, isImageNet: Bool) throws {
        let model = try ModelName(name + (isImageNet ? ":imagenet" : ""))
        let network = try model.network(items: model.standard.items, classes: model.standard.classes, input: Self.bytes)
        let convolutions = network.nodes.compactMap { $0.layer as? Conv2D }
        let binary = convolutions.filter { $0.kernelEncoding == .latentBinary }
        #expect(binary.map(\.outputs) == [64, 128, 256, 512].flatMap { Array(repeating: $0, count: 4) })
        #expect(convolutions.count == 16 + 3 + 1)
        let weights = network.specs.filter { $0.role == .kernel && $0.encoding == .latentBinary }.reduce(0) { $0 + $1.count }
        #expect(weights == 10_985_472)
        #expect(network.nodes.first { $0.layer is GlobalAveragePool }?.output.shape == [512])
        let last = try #require(network.nodes.last { $0.layer is Add })
        #expect(last.output.shape == (isImageNet ? [7, 7, 512] : [4, 4, 512]))
        // By hand: 4·49·… of each stage at 56², 28², 14² and 7², the first convolution of a stage having half the inputs.
        if isImageNet { #expect(network.operationCounts.realBinaryMACs == 0 && network.operationCounts.binaryMACs == 1_676_279_808) }
    }

    @Test(
        arguments: [
            "binarynet", "lenet", "birealnet18", "resnete18:0.25", "binarynet:0.5", "birealnet18:0.5:imagenet", "mlp:4-3-2", "basenet", "basenet:k1",
            "boolnet:k8:star:imagenet", "boolnet:0.25:nolas", "basenet:0.5:k2:plain:las", "reactnet-a:0.5:imagenet",
        ])
    func namesReadBack(name: String) throws {
        #expect("\(try ModelName(name))" == name)
    }

    @Test func namesThatMeanNothingSaySo() {
        #expect(throws: ModelNameError.unknown("binarynets")) { try ModelName("binarynets") }
        #expect(throws: ModelNameError.option("binarynet:0", "0", words: [])) { try ModelName("binarynet:0") }
        #expect(throws: ModelNameError.option("binarynet:imagenet", "imagenet", words: [])) { try ModelName("binarynet:imagenet") }
        #expect(throws: ModelNameError.widths("mlp:3")) { try ModelName("mlp:3") }
        #expect(throws: ShapeError.self) { try ModelName("binarynet").network(items: [48], classes: 10, input: .sign) }
        #expect(throws: ShapeError.self) { try ModelName("binarynet").network(items: [6, 6, 3], classes: 10, input: .sign) }
    }

    struct Tiny: Sendable {
        var name: String
        var items: Shape
    }

    /// A step of every architecture at a sliver of its width: finite, the same with one and two threads, the same with and without fused passes.
    @Test(
        arguments: [
            Tiny(name: "binarynet:0.04", items: [32, 32, 3]), Tiny(name: "lenet:0.2", items: [28, 28]), Tiny(name: "birealnet18:0.05", items: [16, 16, 3]),
            Tiny(name: "resnete18:0.05", items: [15, 17, 1]), Tiny(name: "xnornet:0.01", items: [21, 19, 3]),
            Tiny(name: "xnornet:0.01:imagenet", items: [67, 67, 3]),
            Tiny(name: "basenet:0.05:k1", items: [16, 16, 3]), Tiny(name: "basenet:0.0625:k2:plain", items: [16, 16, 3]),
            Tiny(name: "boolnet:0.0625:k4", items: [15, 17, 1]), Tiny(name: "boolnet:0.0625:k2:star:imagenet", items: [48, 48, 3]),
            Tiny(name: "reactnet-a:0.1", items: [16, 16, 3]),
        ],
        [
            ModelOptions(), ModelOptions(kernel: .binary, norm: .layer), ModelOptions(quantizer: .stochasticSign, weightScale: .learned),
            ModelOptions(kernel: .real, quantizer: .ternary(.fixed(0.02))), ModelOptions(kernel: .real, quantizer: .doReFa(bits: 2)),
            ModelOptions(kernel: .real), ModelOptions(quantizer: .progressive),
        ])
    func stepsAreReproducible(tiny: Tiny, options: ModelOptions) throws {
        let network = try ModelName(tiny.name).network(items: tiny.items, classes: 3, input: Self.bytes, options)
        var generator = SeededGenerator(seed: 4)
        let parameters = network.makeParameters(generator)
        let shape = network.input.shape.batched(3)
        let batch = Activation.real(Tensor((0..<shape.count).map { _ in Float(generator.index(below: 256) - 128) / 128 }, shape: shape))
        var results: [[[Float]]] = []
        for (threads, fuses) in [(1, true), (2, true), (1, false)] {
            let context = ExecutionContext(engine: PortableEngine(), parallel: Parallel(threads: threads))
            let tape = fuses ? network.forward(batch, parameters, context) : network.forwardUnfused(batch, parameters, context)
            var gradients = Gradients(network.specs)
            let loss = Loss.crossEntropy.evaluate(tape.output.real(context), labels: [0, 1, 2])
            network.backward(loss.gradient, tape, parameters, into: &gradients, context)
            var store = parameters
            network.updateStatistics(tape, &store)
            let trained = parameters.ids.filter { parameters.spec($0).role != .statistic }.map { gradients.values($0) }
            #expect(trained.allSatisfy { $0.allSatisfy(\.isFinite) })
            results.append([tape.output.real(context).elements] + trained + [network.infer(batch, store, context).real(context).elements])
        }
        #expect(results[0] == results[1], "one and two threads")
        #expect(results[0] == results[2], "fused and unfused")
    }
}
