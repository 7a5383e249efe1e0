public import BinaryInference
internal import BitCore

/// Files of C99 that an export made, and what they need on a device.
public struct ExportedC: Sendable, Hashable, Codable {
    /// Prefix of every name in the code, and of the files.
    public let prefix: String
    /// Paths of the header, the source and the self-test.
    public let files: [String]
    /// Bytes of constant tables; the code itself adds one or two kilobytes.
    public let flashBytes: Int
    /// Bytes of the buffers that the caller provides; the stack holds a few dozen bytes more.
    public let ramBytes: Int
    /// Items in the self-test.
    public let vectors: Int

    public var header: String { files[0] }
    public var source: String { files[1] }
    public var test: String { files[2] }
}

/// Writes a model as C99: no allocation, nothing global but constant tables, re-entrant. From 8-bit inputs to the class a network of bits takes integers only;
/// one with real layers computes these in float32, rounding by rounding as the reference does.
///
/// Layout and derivations stand as comments in the code itself. Words are `uint32_t`, so that 32-bit cores work at their own width and
/// 64-bit ones vectorise; nothing depends on byte order, alignment beyond four bytes, or compiler extensions.
public struct CExporter {
    let model: InferenceModel
    let prefix: String
    let plan: CPlan

    /// - Parameter name: what the C names start with, made an identifier; nil takes the model's name.
    public init(_ model: InferenceModel, name: String? = nil) {
        self.model = model
        prefix = CText.identifier(name ?? model.name)
        plan = CPlan(model)
    }

    /// The scores' words are in the buffers too, for `classify`.
    var ramBytes: Int { 4 * (workWords + plan.realCount) }

    /// C has no empty arrays.
    var workWords: Int { Swift.max(plan.workWords, 1) }

    var hasReals: Bool { plan.realCount > 0 }
    /// The C type of a score.
    var scoreType: String { model.hasRealScores ? "float" : "int32_t" }
    /// The buffers as parameters, as arguments, and as variables of a program.
    var bufferParameters: String { hasReals ? "uint32_t *work, float *reals" : "uint32_t *work" }
    var buffers: String { hasReals ? "work, reals" : "work" }
    var bufferVariables: String {
        "static uint32_t work[@@_WORK_WORDS];" + (hasReals ? "\nstatic float reals[@@_REALS];" : "")
    }

    /// Writes `NAME.h`, `NAME.c` and `NAME_test.c` into a folder, which is made where it is missing.
    /// - Parameters:
    ///   - vectors: items for the self-test, one after the other, `model.inputCount` bytes each.
    /// - Precondition: whole items.
    public func write(to folder: String, vectors: [UInt8] = []) throws(ExportError) -> ExportedC {
        precondition(vectors.count % model.inputCount == 0, "\(vectors.count) bytes are not items of \(model.inputCount)")
        try makeFolder(folder)
        let (source, flashBytes) = source()
        let base = folder.hasSuffix("/") ? folder + prefix : folder + "/" + prefix
        let count = vectors.count / model.inputCount
        let files = [
            (base + ".h", header(flashBytes: flashBytes)), (base + ".c", source), (base + "_test.c", test(vectors, count: count)),
        ]
        for (path, text) in files {
            do {
                try AtomicFile.write(text.bytes, to: path)
            } catch {
                throw .file(error)
            }
        }
        return ExportedC(prefix: prefix, files: files.map(\.0), flashBytes: flashBytes, ramBytes: ramBytes, vectors: count)
    }
}
