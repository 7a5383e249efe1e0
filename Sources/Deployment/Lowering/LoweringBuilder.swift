internal import BinaryInference
internal import BinaryNN
internal import BitCore

/// Collects the nodes of the lowered graph.
struct LoweringBuilder {
    let parameters: ParameterStore
    private(set) var nodes: [InferenceModel.Node] = []
    /// Name of the network's layer under way.
    var current = ""

    init(parameters: ParameterStore) { self.parameters = parameters }

    mutating func append(_ name: String, _ operation: InferenceModel.Operation, reading source: Int) -> Int {
        // A value that two layers read in different forms becomes two nodes; names stay unique.
        var unique = name
        var copy = 2
        while nodes.contains(where: { $0.name == unique }) {
            unique = "\(name)_\(copy)"
            copy += 1
        }
        nodes.append(.init(name: unique, operation: operation, inputs: [source]))
        return nodes.count
    }

    mutating func input(_ signal: Signal, _ input: Lowering.Input) throws(LoweringError) -> LoweredValue {
        switch (signal.width, input.threshold) {
        case (.byte(let zeroPoint, let shift), nil): return .bytes(id: 0, zeroPoint: zeroPoint, shift: shift)
        case (.sign, let threshold?): return .bits(id: append("input", .binarise(threshold: threshold), reading: 0))
        case (.sign, nil): throw .inputWidth("is signs; say from which byte on an input is +1")
        default: throw .inputWidth("must be bytes or signs, not \(signal.width), and only signs take a threshold")
        }
    }

    /// The node that computes raw sums of a layer.
    mutating func emit(_ sums: LoweredSums) -> Int {
        append(sums.name, sums.isByte ? .byteDense(kernel: sums.kernel) : .binaryDense(kernel: sums.kernel), reading: sums.source)
    }

    /// The last node: integer scores.
    mutating func emitScores(_ value: LoweredValue) throws(LoweringError) {
        switch value {
        case .affine(let sums, _, _, let grid?):
            // s = A·(R − offset) + B for the raw sum R.
            let bias = zip(zip(grid.scale, grid.bias), sums.offsets).map { pair, offset in Int32(Int(pair.1) - Int(pair.0) * offset) }
            let id = emit(sums)
            _ = append(current, .scores(scale: grid.scale, bias: bias, exponent: grid.exponent), reading: id)
        case .sums(let sums):
            let id = emit(sums)
            _ = append(
                current,
                .scores(
                    scale: Array(repeating: 1, count: sums.kernel.shape.rows), bias: sums.offsets.map { Int32(-$0) }, exponent: -sums.shift),
                reading: id)
        case .affine: throw .output(found: "a batch norm that is not marked as output")
        case .bits: throw .output(found: "signs")
        case .bytes: throw .output(found: "its own input")
        }
    }
}

extension LoweredValue {
    /// For messages.
    var kind: String {
        switch self {
        case .bytes: "bytes"
        case .bits: "signs"
        case .sums: "integer sums"
        case .affine: "the result of a batch norm"
        }
    }
}
