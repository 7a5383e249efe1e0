import BinaryInference
import BitCore
import Deployment
import Foundation
import Testing
import _TestSupport

/// Writes exports for Scripts/test-c-export.sh and Scripts/check-safetensors.py, which try them with other software than a test should need.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SPINFLIP_EXPORT"] != nil)) struct ExportForScripts {
    @Test func write() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["SPINFLIP_EXPORT"])
        for (name, widths, binarised) in [
            ("mlp", [784, 256, 129, 10], false), ("binarised", [784, 33, 10], true), ("linear", [50, 7], false), ("wide", [3, 40000, 2], true),
        ] {
            let model = try RandomModel.make(widths, binarised: binarised, seed: 2)
            let vectors = RandomModel.items(8, of: widths[0])
            _ = try CExporter(model, name: name).write(to: folder, vectors: vectors)
            _ = try SafetensorsExporter(model, name: name).write(to: folder, vectors: vectors)
        }
        // Between them these have every operation.
        for seed in 0..<12 as Range<UInt64> {
            let model = try RandomImageModel.make(seed: seed, binarised: seed % 3 == 0)
            let vectors = RandomModel.items(3, of: model.inputCount)
            _ = try CExporter(model, name: "images_\(seed)").write(to: folder, vectors: vectors)
            _ = try SafetensorsExporter(model, name: "images_\(seed)").write(to: folder, vectors: vectors)
        }
        for (channels, slices) in [(3, 4), (33, 2), (65, 1)] {
            let model = try RandomSliceModel.make(channels: channels, slices: slices)
            let vectors = RandomModel.items(3, of: model.inputCount)
            _ = try CExporter(model, name: "slices_\(channels)").write(to: folder, vectors: vectors)
            _ = try SafetensorsExporter(model, name: "slices_\(channels)").write(to: folder, vectors: vectors)
        }
        for seed in 0..<12 as Range<UInt64> {
            let model = try RandomRealModel.make(seed: seed)
            let vectors = RandomModel.items(3, of: model.inputCount)
            _ = try CExporter(model, name: "reals_\(seed)").write(to: folder, vectors: vectors)
            _ = try SafetensorsExporter(model, name: "reals_\(seed)").write(to: folder, vectors: vectors)
        }
    }
}
