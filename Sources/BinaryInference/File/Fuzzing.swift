internal import BitCore

/// The entry point of a fuzzer (`LLVMFuzzerTestOneInput` calls this): reads bytes as a model file and, if they are one, checks that it
/// survives writing and that the fast session agrees with the reference on one item. Returns 0, or traps on a fault of this module.
public func fuzzModelFile(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard let model = try? InferenceModel(parsing: Array(bytes)) else { return 0 }
    let encoded = model.encoded()
    precondition(encoded.count == model.encodedCount, "the predicted size of a model file is wrong")
    guard let again = try? InferenceModel(parsing: encoded) else { preconditionFailure("a written model file cannot be read") }
    precondition(again == model, "a model changed on its way through a file")
    // A small file may describe a large convolution; running it by plain loops would take hours, which is no fault.
    guard model.layerFacts.reduce(0, { $0 + $1.products }) < 1 << 22, model.types.allSatisfy({ $0.shape.count < 1 << 18 }) else { return 0 }
    let item = (0..<model.inputCount).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ bytes.count) }
    let (fast, slow) = (InferenceSession(model).realScores(item, count: 1), ReferenceInterpreter(model).realScores(item, count: 1))
    // Real numbers of a damaged file may leave Float32; what that gives is the same everywhere but for the bits of a NaN.
    precondition(zip(fast, slow).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "the session and the reference disagree")
    return 0
}
