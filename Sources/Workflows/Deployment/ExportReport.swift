internal import BinaryInference
public import BitCore
public import Datasets
internal import Deployment
internal import Report

/// What a model can be exported as.
public enum ExportFormat: String, Sendable, CaseIterable, Codable {
    case c, safetensors

    public init(named name: String) throws(UnknownName) {
        guard let format = Self(rawValue: name.lowercased()) else { throw UnknownName("export format", name, known: Self.allCases.map(\.rawValue)) }
        self = format
    }
}

/// What `spinflip export` reports.
public struct ExportReport: Encodable, Sendable, Hashable {
    public var model: String
    public var format: ExportFormat
    /// Paths of what was written.
    public var files: [String]
    /// True when every output of the artefact agrees with the reference; nil where nothing here could run it.
    public var verified: Bool?
    /// Items on which the artefact was compared, its own test vectors not counted.
    public var inputs: Int
    public var mismatches: Int
    /// The compiler's or the self-test's words.
    public var detail: String
    /// Test vectors written beside the artefact.
    public var vectors: Int
    /// Bytes of constant tables (C) or of the model file.
    public var flashBytes: Int
    /// Bytes of the work buffer; nil where the format does not fix it.
    public var ramBytes: Int?

    public var text: String {
        var lines = files.map { "wrote \($0)" }
        lines.append(
            "flash \(NumberText.grouped(flashBytes)) bytes" + (ramBytes.map { ", RAM \(NumberText.grouped($0)) bytes" } ?? "")
                + ", \(vectors) test vectors")
        switch verified {
        case true: lines.append("verified on \(NumberText.grouped(inputs)) inputs: every class and score agrees")
        case false: lines.append("NOT VERIFIED: \(mismatches) of \(inputs) inputs differ. \(detail)")
        default: lines.append("not verified: \(detail)")
        }
        return lines.joined(separator: "\n")
    }

    private enum CodingKeys: String, CodingKey {
        case model, format, files, verified, inputs, mismatches, detail, vectors, flashBytes, ramBytes
    }

    // Written out so that `verified` and `ramBytes` are null rather than missing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(format, forKey: .format)
        try container.encode(files, forKey: .files)
        try container.encode(verified, forKey: .verified)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(mismatches, forKey: .mismatches)
        try container.encode(detail, forKey: .detail)
        try container.encode(vectors, forKey: .vectors)
        try container.encode(flashBytes, forKey: .flashBytes)
        try container.encode(ramBytes, forKey: .ramBytes)
    }
}

extension LoadedModel {
    /// Writes the model in another form with test vectors, then runs that form where something here can, and compares.
    /// - Parameters:
    ///   - samples: items for test vectors and comparison, of which as many are taken as the reference runs in some seconds, at most 1,024;
    ///     random bytes when nil.
    ///   - seed: of the random bytes.
    public func export(
        as format: ExportFormat, to folder: String, samples: Dataset? = nil, seed: UInt64 = 0, parallel: Parallel, _ control: RunControl
    ) throws -> ExportReport {
        if let samples, samples.featureCount != model.inputCount {
            throw MismatchError.itemSize(model: model.inputCount, data: samples.featureCount, dataset: samples.name)
        }
        // The reference takes about a nanosecond a product; an artefact of images is compared on as many items as take some seconds.
        let most = Swift.min(Swift.max((1 << 32) / Swift.max(model.totals.products, 1), 4), 1024)
        let items = Array((samples?.features ?? randomItems(most, seed: seed)).prefix(most * model.inputCount))
        let count = items.count / model.inputCount
        let vectors = Array(items.prefix(Swift.min(count, 32) * model.inputCount))
        switch format {
        case .c:
            control.onProgress(Progress(stage: "writing C", completed: 0, total: nil, unit: "files"))
            let exported = try CExporter(model).write(to: folder, vectors: vectors)
            control.onProgress(Progress(stage: "compiling and comparing", completed: 0, total: nil, unit: "items"))
            let check = Verification.verifyC(exported, model, inputs: items, count: count, parallel: parallel)
            return ExportReport(
                model: path, format: format, files: exported.files, verified: check.verified, inputs: check.inputs, mismatches: check.mismatches,
                detail: check.detail, vectors: exported.vectors, flashBytes: exported.flashBytes, ramBytes: exported.ramBytes)
        case .safetensors:
            let exported = try SafetensorsExporter(model).write(to: folder, vectors: vectors)
            // Read back from the disk and run on every instruction set.
            let copy = try LoadedModel(path: exported.model)
            let check = Verification.verifyPaths(copy.model, inputs: items, count: count, parallel: parallel)
            let isSame = copy.model == model
            return ExportReport(
                model: path, format: format, files: exported.files, verified: isSame && check.mismatches == 0, inputs: check.inputs,
                mismatches: check.mismatches, detail: isSame ? "" : "the file read back differs from the model", vectors: exported.vectors,
                flashBytes: exported.modelBytes, ramBytes: nil)
        }
    }

    private func randomItems(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed).split("vectors")
        return (0..<count * model.inputCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}
