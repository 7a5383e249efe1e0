internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension LoweringBuilder {
    /// A value as the Float32 numbers that the network computes with: its steps become nodes.
    mutating func reals(_ value: LoweredValue) throws(LoweringError) -> (id: Int, shape: Shape) {
        switch value {
        case .reals(let id, let shape): return (id, shape)
        case .bytes(let id, let shape, let zeroPoint, let shift):
            // q·2^−shift is exact, and so is its distance from zeroPoint·2^−shift.
            let unit = Float(sign: .plus, exponent: -shift, significand: 1)
            return (affine(current + "_input", shape.columns, unit, -Float(zeroPoint) * unit, reading: bytes(id, as: shape)), shape)
        case .bits(let id, let shape): return (affine(current + "_signs", shape.columns, 1, 0, reading: id), shape)
        case .sums(var sums):
            let id = emit(&sums)
            return try reals(sums, id)
        }
    }

    private mutating func reals(_ sums: LoweredSums, _ source: Int) throws(LoweringError) -> (id: Int, shape: Shape) {
        // Integers of the node exceed z by the offset; Float32 must hold both exactly.
        let largest = sums.bound + (sums.offsets.map(\.magnitude).max().map { Int($0) } ?? 0)
        guard largest < 1 << 24 else { throw .inexact(name: current, bound: largest) }
        var (id, isReal) = (source, false)
        if sums.shift != 0 || sums.offsets.contains(where: { $0 != 0 }) {
            let unit = Float(sign: .plus, exponent: -sums.shift, significand: 1)
            id = append(
                current + "_sums", .affine(scale: Array(repeating: unit, count: sums.channels), bias: sums.offsets.map { -Float($0) * unit }),
                reading: id)
            isReal = true
        }
        for step in sums.steps {
            switch step {
            case .affine(let a, let b):
                id = append(current + "_affine", .affine(scale: a, bias: b), reading: id)
                isReal = true
            case .maxPool(let geometry, let name): id = append(name, .maxPool(geometry), reading: id)
            }
        }
        if !isReal { id = affine(current + "_sums", sums.channels, 1, 0, reading: id) }
        if sums.isFlat { id = append("flat", .reshape(sums.result), reading: id) }
        return (id, sums.result)
    }

    private mutating func affine(_ name: String, _ columns: Int, _ a: Float, _ b: Float, reading source: Int) -> Int {
        append(name, .affine(scale: Array(repeating: a, count: columns), bias: Array(repeating: b, count: columns)), reading: source)
    }

    /// a·x + b by channel, computed by a layer as a product and a sum.
    mutating func affine(_ value: (id: Int, shape: Shape), _ a: [Float], _ b: [Float]) throws(LoweringError) -> LoweredValue {
        guard (a + b).allSatisfy(\.isFinite) else { throw .notFinite(name: current) }
        return .reals(id: append(current, .affine(scale: a, bias: b), reading: value.id), shape: value.shape)
    }

    /// The weight scale and bias of a product of reals, where it has some.
    mutating func scaled(_ product: (id: Int, shape: Shape), _ kernel: LayerKernel, bias: ParameterID?) throws(LoweringError) -> LoweredValue {
        let factors = kernel.factors(parameters)
        guard factors != nil || bias != nil else { return .reals(id: product.id, shape: product.shape) }
        let channels = product.shape.columns
        return try affine(
            product, factors ?? Array(repeating: 1, count: channels), bias.map { parameters.reals($0) } ?? Array(repeating: 0, count: channels))
    }

    /// The weights of a product of reals, [outputs × depth].
    func realKernel(_ kernel: LayerKernel) throws(LoweringError) -> Tensor {
        let weights = kernel.inferenceWeights(parameters)
        guard weights.elements.allSatisfy(\.isFinite) else { throw .notFinite(name: current) }
        return weights.reshaped(to: [weights.shape[0], weights.shape.item.count])
    }
}

extension LoweredValue {
    /// True for bytes and signs, which a product with signs keeps whole.
    var isPacked: Bool {
        switch self {
        case .bytes, .bits: true
        case .sums, .reals: false
        }
    }
}
