import BinaryNN
import BitCore
import DenseMath
import ModelZoo
import Testing

/// BaseNet and BoolNet, layer by layer as their released code has them.
@Suite struct BoolNetTests {
    static func network(_ name: String) throws -> Network {
        let model = try ModelName(name)
        return try model.network(items: model.standard.items, classes: model.standard.classes, input: .byte(zeroPoint: 128, shift: 7))
    }

    @Test(arguments: ["basenet", "boolnet"], [1, 4, 8]) func extentsAndWidths(family: String, slices: Int) throws {
        for isImageNet in [false, true] { try checkExtentsAndWidths(family, slices, isImageNet) }
    }

    private func checkExtentsAndWidths(_ family: String, _ slices: Int, _ isImageNet: Bool) throws {
        let network = try Self.network("\(family):k\(slices)" + (isImageNet ? ":imagenet" : ""))
        let convolutions = network.nodes.filter { ($0.layer as? Conv2D)?.kernelForm.quantizer.shipsAsSigns == true }
        let main = convolutions.filter { ($0.layer as? Conv2D)?.window.taps == 9 }
        let first = isImageNet ? 56 : 32
        #expect(main.map { $0.output.shape[0] } == [1, 2, 4, 8].flatMap { Array(repeating: first / $0, count: 4) })
        #expect(main.map { $0.output.shape[2] } == [64, 128, 256, 512].flatMap { Array(repeating: $0, count: 4) })
        #expect(main.allSatisfy { ($0.layer as? Conv2D)?.groups == slices && ($0.layer as? Conv2D)?.padding == .replicate })
        // All slices of what comes in, two halves of it in BoolNet, at full extents.
        let shortcuts = convolutions.filter { ($0.layer as? Conv2D)?.window.taps == 1 }
        #expect(shortcuts.map { $0.output.shape[0] } == [first, first / 2, first / 4])
        let halves = family == "boolnet" ? 2 : 1
        #expect(shortcuts.compactMap { ($0.layer as? Conv2D)?.geometry?.channels } == [64, 128, 256].map { $0 * slices * halves })
        #expect(network.nodes.filter { $0.layer is Xnor }.count == 8 && network.nodes.filter { $0.layer is Or }.count == 7)
        let woven = network.nodes.filter { $0.layer is Interleave }.map { $0.output.shape[2] / slices }
        #expect(woven == (family == "boolnet" ? [128, 128, 256, 256, 512, 512, 1024] : []))
        #expect(network.output.shape == [isImageNet ? 1000 : 10])
    }

    /// Between the signs behind the stem and the last norms every value that another block or a shortcut reads is signs.
    @Test(arguments: ["basenet:k4:imagenet", "boolnet:k4:imagenet", "boolnet:k1", "basenet:k8"]) func whatIsKeptIsBits(name: String) throws {
        let network = try Self.network(name)
        var readers: [Int: Int] = [:]
        for node in network.nodes { for id in node.inputs { readers[id.index, default: 0] += 1 } }
        let firstSign = try #require(network.nodes.firstIndex { $0.layer is Sign || $0.layer is MultiSliceSign })
        let lastConvolution = try #require(network.nodes.lastIndex { $0.layer is Conv2D })
        for (index, node) in network.nodes.enumerated() where index >= firstSign && index < lastConvolution {
            // Sums, norms and maxima of sums are read once, by what turns them into signs.
            let isPath = node.layer is Conv2D || node.layer is BatchNorm || node.layer is MaxPool
            #expect(isPath ? readers[index + 1] == 1 : node.output.width == .sign, "\(node.name)")
        }
    }

    @Test func theDilatedFormKeepsItsExtents() throws {
        let network = try Self.network("boolnet:k4:star:imagenet")
        let last = network.nodes.compactMap { $0.layer as? Conv2D }.filter { $0.outputs == 512 && $0.window.taps == 9 }
        #expect(last.map { $0.window.dilation } == [1, 1, 2, 2] && last.allSatisfy { $0.window.stride == 1 && $0.geometry?.output[0] == 14 })
    }

    @Test func ablationsLeaveOutWhatTheyName() throws {
        let plain = try Self.network("basenet:k1:plain")
        #expect(!plain.nodes.contains { $0.layer is Xnor || $0.layer is Or || $0.layer is SliceMean || $0.layer is Add })
        #expect(try Self.network("basenet:k1:las").nodes.contains { $0.name == "shift1" })
        #expect(try !Self.network("boolnet:k1:nolas").nodes.contains { $0.name == "shift1" })
        #expect(throws: ModelNameError.option("boolnet:plain", "plain", words: ["kSLICES", "star", "nolas", "imagenet"])) { try ModelName("boolnet:plain") }
        #expect(throws: ModelNameError.option("basenet:k3", "k3", words: ["kSLICES", "las", "plain", "imagenet"])) { try ModelName("basenet:k3") }
    }

    @Test func slicesThatDivideNoWidthAreNamed() throws {
        do {
            _ = try Self.network("boolnet:0.1:k4")
            Issue.record("6 channels were dealt to 4 slices")
        } catch let error as ShapeError {
            #expect("\(error)" == "BinaryConv2D: 4 group(s) must be positive and divide both 24 input channels and 6 output channels")
        }
    }

    /// Kernels begin as published: normal, fan-out over all groups, binary ones a hundredth of that.
    @Test func kernelsBeginAsPublished() throws {
        let network = try Self.network("boolnet:k4")
        let parameters = network.makeParameters(SeededGenerator(seed: 1))
        for (name, deviation) in [("stem1.kernel", (2 / Double(64 * 9)).squareRoot()), ("conv3.kernel", 0.01 * (2 / Double(64 * 9)).squareRoot())] {
            let values = parameters.reals(try #require(parameters.id(named: name)))
            let found = (values.reduce(0) { $0 + Double($1) * Double($1) } / Double(values.count)).squareRoot()
            #expect(abs(found / deviation - 1) < 0.1)
        }
    }
}
