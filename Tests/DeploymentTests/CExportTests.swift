import BinaryInference
import BitCore
import Deployment
import Foundation
import Testing
import _TestSupport

@Suite struct CExportTests {
    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-c-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    /// Words of 32 and tiles of 128 outputs, met exactly and missed by one, and thresholds of both widths.
    static let widths: [[Int]] = [
        [1, 1], [1, 1, 1], [31, 32, 33, 2], [63, 2], [65, 127, 64, 3], [784, 129, 33, 10], [130, 256, 10], [70, 40000, 2], [3, 65, 2049, 5],
    ]

    static func export(
        _ widths: [Int], binarised: Bool, _ folder: URL, _ toolchain: Verification.Toolchain
    ) throws -> (ExportedC, Verification.CReport) {
        let model = try RandomModel.make(widths, binarised: binarised, seed: UInt64(widths.count + widths[0]))
        let exported = try CExporter(model, name: "net").write(to: folder.path, vectors: RandomModel.items(5, of: widths[0]))
        let inputs = RandomModel.items(40, of: widths[0], seed: 7)
        return (exported, Verification.verifyC(exported, model, inputs: inputs, count: 40, toolchain: toolchain))
    }

    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: widths, [false, true])
    func agreesHere(_ widths: [Int], _ binarised: Bool) throws {
        try Self.inFolder { folder in
            let (exported, report) = try Self.export(widths, binarised: binarised, folder, .native)
            #expect(report.verified == true, "\(report.detail)")
            #expect(report.inputs == 40 && report.mismatches == 0)
            #expect(
                report.detail
                    == "net: 5 vectors, 0 mismatches, \(exported.flashBytes) bytes of flash for tables, \(exported.ramBytes) bytes of RAM")
        }
    }

    /// Exports a model, and compares what its C says of random items with the reference.
    static func verify(_ model: InferenceModel, vectors: Int = 3, inputs count: Int = 8, _ toolchain: Verification.Toolchain) throws {
        try inFolder { folder in
            let exported = try CExporter(model, name: "net").write(to: folder.path, vectors: RandomModel.items(vectors, of: model.inputCount))
            let inputs = RandomModel.items(count, of: model.inputCount, seed: 7)
            let report = Verification.verifyC(exported, model, inputs: inputs, count: count, toolchain: toolchain)
            #expect(report.verified == true && report.inputs == count, "\(model.nodes.map(\.operation.identifier)): \(report.detail)")
        }
    }

    static func verifyImages(_ seed: UInt64, binarised: Bool, _ toolchain: Verification.Toolchain) throws {
        try verify(RandomImageModel.make(seed: seed, binarised: binarised), toolchain)
    }

    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: 0..<16 as Range<UInt64>, [false, true])
    func imagesAgreeHere(_ seed: UInt64, _ binarised: Bool) throws {
        try Self.verifyImages(seed, binarised: binarised, .native)
    }

    @Test(.enabled(if: Verification.Toolchain.aarch64.isInstalled), arguments: 16..<19 as Range<UInt64>, [false, true])
    func imagesAgreeOn64BitArm(_ seed: UInt64, _ binarised: Bool) throws {
        try Self.verifyImages(seed, binarised: binarised, .aarch64)
    }

    @Test(.enabled(if: Verification.Toolchain.arm.isInstalled), arguments: 19..<22 as Range<UInt64>, [false, true])
    func imagesAgreeOn32BitArm(_ seed: UInt64, _ binarised: Bool) throws {
        try Self.verifyImages(seed, binarised: binarised, .arm)
    }

    /// Bits in slices: joined, split, counted, with several thresholds behind a convolution and by themselves.
    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: [(3, 4), (33, 2), (65, 1), (16, 8), (32, 2)])
    func slicesAgreeHere(_ channels: Int, _ slices: Int) throws {
        try Self.verify(RandomSliceModel.make(channels: channels, slices: slices), .native)
    }

    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: 0..<24 as Range<UInt64>)
    func realsAgreeHere(_ seed: UInt64) throws { try Self.verify(RandomRealModel.make(seed: seed), .native) }

    @Test(.enabled(if: Verification.Toolchain.aarch64.isInstalled), arguments: 24..<28 as Range<UInt64>)
    func realsAgreeOn64BitArm(_ seed: UInt64) throws { try Self.verify(RandomRealModel.make(seed: seed), .aarch64) }

    @Test(.enabled(if: Verification.Toolchain.arm.isInstalled), arguments: 28..<32 as Range<UInt64>)
    func realsAgreeOn32BitArm(_ seed: UInt64) throws { try Self.verify(RandomRealModel.make(seed: seed), .arm) }

    /// Compilers that may fuse a product with a sum (`-ffp-contract=fast`, where there are fused multiply-adds) get the same bits.
    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: 0..<4 as Range<UInt64>)
    func realsAgreeUnderContraction(_ seed: UInt64) throws {
        try Self.verify(RandomRealModel.make(seed: seed), .init(compiler: "cc", flags: ["-O3", "-ffp-contract=fast"] + Self.fusing))
    }

    /// Where this machine fuses.
    static let fusing = InstructionSet.supported.contains(.avx2) ? ["-mfma"] : []

    /// Numbers that a decimal would round or a careless writer lose: subnormal, huge, −0, all 24 bits.
    @Test(.enabled(if: Verification.Toolchain.native.isInstalled)) func extremeTablesAgree() throws {
        let scale: [Float] = [3 * .leastNonzeroMagnitude, .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude / 256, -0.0, 0x1.fffffep-1, -1e-40]
        let bias: [Float] = [-.leastNonzeroMagnitude, .leastNormalMagnitude, -.greatestFiniteMagnitude / 512, -0.0, 0x1.000002p-24, 1e-45]
        let model = try InferenceModel(
            name: "extremes", input: .init(shape: [6]),
            nodes: [
                .init(name: "affine", operation: .affine(scale: scale, bias: bias), inputs: [0]),
                .init(name: "scores", operation: .realScores, inputs: [1]),
            ])
        try Self.verify(model, .native)
    }

    @Test(.enabled(if: Verification.Toolchain.aarch64.isInstalled), arguments: [[31, 32, 33, 2], [784, 129, 33, 10]], [false, true])
    func agreesOn64BitArm(_ widths: [Int], _ binarised: Bool) throws {
        try Self.inFolder { folder in
            let (_, report) = try Self.export(widths, binarised: binarised, folder, .aarch64)
            #expect(report.verified == true, "\(report.detail)")
        }
    }

    @Test(.enabled(if: Verification.Toolchain.arm.isInstalled), arguments: [[31, 32, 33, 2], [784, 129, 33, 10]], [false, true])
    func agreesOn32BitArm(_ widths: [Int], _ binarised: Bool) throws {
        try Self.inFolder { folder in
            let (_, report) = try Self.export(widths, binarised: binarised, folder, .arm)
            #expect(report.verified == true, "\(report.detail)")
        }
    }

    /// The compiler runs in a folder of its own; a path relative to ours must still reach the code.
    @Test(.enabled(if: Verification.Toolchain.native.isInstalled))
    func relativePathsAreFound() throws {
        try Self.inFolder { folder in
            let up = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in "../" }.joined()
            let relative = up + folder.path.drop { $0 == "/" }
            let model = try RandomModel.make([9, 3], binarised: false, seed: 1)
            let exported = try CExporter(model, name: "net").write(to: relative, vectors: RandomModel.items(5, of: 9))
            let report = Verification.verifyC(exported, model)
            #expect(report.verified == true, "\(report.detail)")
        }
    }

    @Test(.enabled(if: Verification.Toolchain.native.isInstalled))
    func aWrongTableIsFound() throws {
        try Self.inFolder { folder in
            let model = try RandomModel.make([20, 40, 3], seed: 1)
            let inputs = RandomModel.items(30, of: 20)
            let exported = try CExporter(model).write(to: folder.path, vectors: inputs)
            var text = try String(contentsOfFile: exported.source, encoding: .utf8)
            let table = try #require(text.range(of: "random_bias_3[3] = {\n    "))
            text.insert(contentsOf: "1 + ", at: table.upperBound)
            try text.write(toFile: exported.source, atomically: true, encoding: .utf8)
            let report = Verification.verifyC(exported, model, inputs: inputs, count: 30)
            #expect(report.verified == false)
            #expect(report.detail.contains("mismatches"))
        }
    }

    @Test func withoutACompilerNothingIsClaimed() throws {
        try Self.inFolder { folder in
            let model = try RandomModel.make([4, 2])
            let exported = try CExporter(model).write(to: folder.path)
            let report = Verification.verifyC(exported, model, toolchain: .init(compiler: "no-such-compiler"))
            #expect(report.verified == nil)
        }
    }

    /// Names and labels that try to leave a comment, continue a line, or break an identifier.
    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: ["*/ int x; /*", "\\", "a??/\nb", "7 up", "", "@@_H @", "int", "größe"])
    func hostileNamesAreHarmless(_ name: String) throws {
        try Self.inFolder { folder in
            let model = try InferenceModel(
                name: name, input: .init(shape: [3]),
                nodes: [
                    .init(name: name + "x", operation: .byteDense(kernel: PackedTensor(minusOnes: [2, 3])), inputs: [0]),
                    .init(name: name + "y", operation: .scores(scale: [1, 1], bias: [0, 0], exponent: 0), inputs: [1]),
                ], labels: [name, name + "\u{2028}*/"])
            let exported = try CExporter(model).write(to: folder.path, vectors: [1, 2, 3])
            let report = Verification.verifyC(exported, model)
            #expect(report.verified == true, "\(report.detail)")
        }
    }

    /// Element by element a result takes its input's place, but not that of an input which is read again.
    @Test(.enabled(if: Verification.Toolchain.native.isInstalled)) func elementwiseLayersWorkInPlace() throws {
        func model(_ inputs: [Int]) throws -> InferenceModel {
            try InferenceModel(
                name: "sums", input: .init(shape: [5]),
                nodes: [
                    .init(name: "affine", operation: .affine(scale: [1, 2, 3, 4, 5], bias: [-300, 0, -100, 7, 8]), inputs: [0]),
                    .init(name: "bent", operation: .rectify(slope: [0.5, 1, 2, 3, -4], shift: [1, 0, 0, 0, -600], offset: [0, 0, 1, 0, 0]), inputs: [1]),
                    .init(name: "sum", operation: .add, inputs: inputs),
                    .init(name: "scores", operation: .realScores, inputs: [3]),
                ])
        }
        // Both summands one value; the earlier value read again, second and first; one value three times. Two values of five floats, and a word.
        for inputs in [[2, 2], [2, 1], [1, 2], [2, 2, 2]] {
            let model = try model(inputs)
            try Self.verify(model, .native)
            try Self.inFolder { folder in
                let exported = try CExporter(model).write(to: folder.path)
                #expect(exported.ramBytes == 4 * 10 + 4)
            }
        }
    }

    @Test func figuresAreByHand() throws {
        try Self.inFolder { folder in
            let model = try RandomModel.make([784, 1024, 1024, 10], seed: 1)
            let exported = try CExporter(model).write(to: folder.path)
            // Rows of 25 and 32 words; thresholds of a byte layer in 32 bits, of a bit layer in 16; scale and bias.
            #expect(exported.flashBytes == 1024 * 25 * 4 + 1024 * 4 + 1024 * 128 + 1024 * 2 + 10 * 128 + 80)
            // 1024 bits of the first layer and the tile, then 1024 bits of the second in the tile's place.
            #expect(exported.ramBytes == 128 + 1024)
            // No bits in between: the scores themselves and the tables.
            #expect(try CExporter(RandomModel.make([50, 7])).write(to: folder.path).ramBytes == 28 + 512)
        }
    }
}
