import BinaryNN
import BitCore
import ModelZoo
import Profiling
import Testing

/// Published operations and sizes, to the digits that are printed.
@Suite struct TheoreticalCountsTests {
    static func counts(_ name: String) throws -> TheoreticalCounts {
        let model = try ModelName(name)
        let network = try model.network(
            items: model.standard.items, classes: model.standard.classes, input: .byte(zeroPoint: 128, shift: 7))
        return TheoreticalCounts(network)
    }

    /// Rounded to hundredths of a unit.
    static func printed(_ value: Double, _ unit: Double) -> Int { Int((value / unit * 100).rounded()) }

    struct Ablation: Sendable {
        var name: String
        /// Hundredths of 1e8 and 1e9, and of a megabyte.
        var flops: Int
        var bops: Int
        var megabytes: Int
        var binaryMACs: Int
    }

    /// BoolNet's ablations of k (arXiv 2106.06991). Its BOPs are more than the binary products alone: four for every bit that is kept, beside them, make
    /// each of the five numbers; what the authors counted there is not said.
    @Test(arguments: [
        Ablation(name: "basenet:k1:imagenet", flops: 123, bops: 176, megabytes: 349, binaryMACs: 1_753_350_144),
        Ablation(name: "basenet:k4:imagenet", flops: 123, bops: 201, megabytes: 356, binaryMACs: 1_984_561_152),
        Ablation(name: "basenet:k8:imagenet", flops: 123, bops: 235, megabytes: 365, binaryMACs: 2_292_842_496),
        Ablation(name: "boolnet:k1:imagenet", flops: 126, bops: 201, megabytes: 371, binaryMACs: 2_003_828_736),
        Ablation(name: "boolnet:k4:imagenet", flops: 126, bops: 250, megabytes: 384, binaryMACs: 2_466_250_752),
    ])
    func ablationsOfSlices(row: Ablation) throws {
        let counts = try Self.counts(row.name)
        #expect(counts.binaryMACs == row.binaryMACs)
        #expect(Self.printed(Double(counts.realMACs + counts.realElements), 1e8) == row.flops)
        #expect(Self.printed(Double(counts.binaryMACs + 4 * counts.storedBits), 1e9) == row.bops)
        #expect(Self.printed(counts.bytes, 1e6) == row.megabytes)
    }

    /// "Theoretical operations" of the released models: FLOPs with element-wise layers, and binary products over 64.
    @Test(arguments: [("basenet:k1:imagenet", 151), ("basenet:k4:imagenet", 154), ("boolnet:k4:imagenet", 164)])
    func operationsOfReleasedModels(name: String, printed: Int) throws {
        #expect(Self.printed(try Self.counts(name).operations, 1e8) == printed)
    }

    /// BoolNet★ is printed as 1.76e8. Its released code, with 14×14 maps in the last stage, has four convolutions there of 462 million products each where
    /// BoolNet has 116: 21.7 million OPs more than its 1.64e8.
    @Test func theDilatedFormIsCountedAsItsCodeComputes() throws {
        let (star, plain) = (try Self.counts("boolnet:k4:star:imagenet"), try Self.counts("boolnet:k4:imagenet"))
        #expect(star.binaryMACs - plain.binaryMACs == 4 * 3 * 115_605_504)
        #expect(star.bytes == plain.bytes)
        #expect(Self.printed(star.operations, 1e8) == 187)
    }

    /// ReActNet-A: 4.82e9 BOPs, 0.12e8 FLOPs, 0.87e8 OPs.
    @Test func reActNet() throws {
        let counts = try Self.counts("reactnet-a:imagenet")
        #expect(Self.printed(Double(counts.binaryMACs), 1e9) == 482)
        #expect(Self.printed(Double(counts.realMACs), 1e8) == 12)
        #expect(Self.printed(counts.multiplications, 1e8) == 87)
    }
}
