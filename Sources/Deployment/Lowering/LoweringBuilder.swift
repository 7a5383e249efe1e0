internal import BinaryInference
internal import BinaryNN
internal import BitCore

/// Collects the nodes of the lowered graph.
struct LoweringBuilder {
    let parameters: ParameterStore
    private(set) var nodes: [InferenceModel.Node] = []
    /// Name of the network's layer under way.
    var current = ""
    /// Of the node or input that holds the bytes of an item.
    private var byteShape: Shape?

    init(parameters: ParameterStore) { self.parameters = parameters }

    /// Adds a node and returns the value that it makes.
    mutating func append(_ name: String, _ operation: InferenceModel.Operation, reading sources: Int...) -> Int {
        append(name, operation, reading: sources)
    }

    mutating func append(_ name: String, _ operation: InferenceModel.Operation, reading sources: [Int]) -> Int {
        // A layer may take several nodes; names stay unique.
        var unique = name
        var copy = 2
        while nodes.contains(where: { $0.name == unique }) {
            unique = "\(name)_\(copy)"
            copy += 1
        }
        nodes.append(.init(name: unique, operation: operation, inputs: sources))
        return nodes.count
    }

    mutating func input(_ signal: Signal, _ input: Lowering.Input) throws(LoweringError) -> LoweredValue {
        guard InferenceModel.elements(input.shape) == signal.shape.count else {
            throw .inputWidth("has items of \(signal.shape), which those of the data, \(input.shape), do not fill")
        }
        switch (signal.width, input.threshold) {
        case (.byte(let zeroPoint, let shift), nil):
            let isSame = input.shape == signal.shape || signal.shape.rank != 3
            let id = isSame ? 0 : append("input", .reshape(signal.shape), reading: 0)
            byteShape = isSame ? input.shape : signal.shape
            return .bytes(id: id, shape: signal.shape, zeroPoint: zeroPoint, shift: shift)
        case (.sign, let threshold?):
            let id = append("input", .binarise(threshold: threshold), reading: 0)
            guard signal.shape.rank == 3 else { return .bits(id: id, shape: signal.shape) }
            return .bits(id: append("image", .reshape(signal.shape), reading: id), shape: signal.shape)
        case (.sign, nil): throw .inputWidth("is signs; say from which byte on an input is +1")
        default: throw .inputWidth("must be bytes or signs, not \(signal.width), and only signs take a threshold")
        }
    }

    /// The node of bytes seen as items of this shape. Products read bytes of any shape; what goes channel by channel does not.
    mutating func bytes(_ id: Int, as shape: Shape) -> Int {
        shape == byteShape ? id : append(current + "_bytes", .reshape(shape), reading: id)
    }

    /// The node that makes the sums before their steps; the first call makes it.
    mutating func emit(_ sums: inout LoweredSums) -> Int {
        switch sums.source {
        case .node(let id): return id
        case .product(let product):
            let id = append(product.name, product.operation, reading: product.source)
            sums.source = .node(id)
            return id
        }
    }

    /// Turns leading pools, and an image that is seen as a vector, into nodes, so that only affine steps by element are left.
    mutating func settle(_ sums: inout LoweredSums, for kind: String) throws(LoweringError) {
        while case .maxPool(let geometry, let name)? = sums.steps.first {
            // Raw integers exceed z by the same number under the whole window, so their maximum exceeds that of z by it.
            let id = append(name, .maxPool(geometry), reading: emit(&sums))
            sums.source = .node(id)
            sums.shape = [geometry.height, geometry.width, geometry.image[2]]
            sums.steps.removeFirst()
        }
        guard !sums.steps.contains(where: { if case .maxPool = $0 { true } else { false } }) else {
            throw .unsupportedInput(name: current, kind: kind, found: "the maximum of real functions of sums")
        }
        guard sums.isFlat else { return }
        let (pixels, shape) = (sums.shape.rows, Shape([sums.shape.count]))
        sums.source = .node(append("flat", .reshape(shape), reading: emit(&sums)))
        func repeated<Element>(_ values: [Element]) -> [Element] { (0..<pixels).flatMap { _ in values } }
        sums.offsets = repeated(sums.offsets)
        sums.steps = sums.steps.map { if case .affine(let a, let b) = $0 { .affine(a: repeated(a), b: repeated(b)) } else { $0 } }
        (sums.shape, sums.isFlat) = (shape, false)
    }

    /// The signs of a function of sums, one slice of them for each number that is added before the sign.
    mutating func binarise(_ value: LoweredSums, adding terms: [Float] = [0]) throws(LoweringError) -> LoweredValue {
        var sums = value
        // Slices of a vector are not those of the image it was.
        if terms.count > 1, sums.isFlat { try settle(&sums, for: "a sign") }
        guard sums.bound < 1 << 24 else { throw .inexact(name: current, bound: sums.bound) }
        let channels = sums.channels
        for c in 0..<channels where !(sums.value(c, -sums.bound).isFinite && sums.value(c, sums.bound).isFinite) { throw .notFinite(name: current) }
        let rises = (0..<channels).map { sums.rises($0) }
        // z ↦ f(z) falls: with −z in place of z it rises. Flipping the row's signs turns z into −z; where the sums are not a product's alone,
        // f(−z') ≥ 0 from z' = t on is z ≤ −t, the opposite of z ≥ 1 − t.
        var flipped: [Bool] = Array(repeating: false, count: channels)
        if case .product(var product) = sums.source {
            product.flipRows { !rises[$0] }
            sums.source = .product(product)
            sums.offsets = product.offsets
        } else {
            flipped = rises.map { !$0 }
        }
        func threshold(_ c: Int, _ term: Float) -> Int32 {
            let range = smallestTrue(bound: sums.bound) { sums.value(c, rises[c] ? $0 : -$0) + term >= 0 }
            // Integers of the node exceed z by the offset. What leaves 32 bits is beyond all sums there are.
            return switch (range, flipped[c]) {
            case (.always, false), (.never, true): .min
            case (.never, false), (.always, true): .max
            case (.from(let z), false): Int32(clamping: z + sums.offsets[c])
            case (.from(let z), true): Int32(clamping: 1 - z + sums.offsets[c])
            }
        }
        func inEverySlice(_ values: [Bool]) -> PackedTensor { Self.signs(terms.flatMap { _ in values }) }
        let thresholds = terms.flatMap { term in (0..<channels).map { threshold($0, term) } }
        var id = append(
            current, terms.count > 1 ? .multiThreshold(thresholds: thresholds) : .threshold(thresholds: thresholds), reading: emit(&sums))
        if flipped.contains(true) { id = append(current + "_flip", .flip(inEverySlice(flipped)), reading: id) }
        // A maximum of rising functions is where any is +1; see `bitPool`.
        for (index, step) in sums.steps.enumerated() {
            guard case .maxPool(let geometry, let name) = step else { continue }
            let any = inEverySlice((0..<channels).map { sums.rises($0, from: index) })
            id = append(name, .bitPool(try geometry.widened(terms.count, current), any: any), reading: id)
        }
        var result = sums.result
        if terms.count > 1 { result = Shape(result.dimensions.dropLast() + [terms.count * result.columns]) }
        if sums.isFlat { id = append("flat", .reshape(result), reading: id) }
        return .bits(id: id, shape: result)
    }

    static func signs(_ values: [Bool]) -> PackedTensor {
        var result = PackedTensor(minusOnes: [1, values.count])
        for (index, value) in values.enumerated() where value { result[0, index] = true }
        return result
    }

    /// The last node: integer scores, or the reals that a real classifier gives.
    mutating func emitScores(_ value: LoweredValue) throws(LoweringError) {
        if case .reals(let id, let shape) = value {
            guard shape.rows == 1 else { throw .output(found: "an image of \(shape)") }
            _ = append(current, .realScores, reading: id)
            return
        }
        guard case .sums(var sums) = value else {
            if case .bits = value { throw .output(found: "signs") }
            throw .output(found: "its own input")
        }
        try settle(&sums, for: "scores")
        guard sums.shape.rows == 1 else { throw .output(found: "an image of \(sums.shape)") }
        let classes = sums.channels
        let scale: [Int32]
        let bias: [Int]
        let exponent: Int
        if sums.steps.isEmpty {
            (scale, bias, exponent) = (Array(repeating: 1, count: classes), sums.offsets.map { -$0 }, -sums.shift)
        } else if let grid = sums.grid, sums.steps.count == 1 {
            // s = A·(R − offset) + B for the raw sum R.
            (scale, exponent) = (grid.scale, grid.exponent)
            bias = zip(zip(grid.scale, grid.bias), sums.offsets).map { pair, offset in Int(pair.1) - Int(pair.0) * offset }
        } else {
            throw .output(found: sums.grid == nil ? "a batch norm that is not marked as output, or scaled sums" : "a batch norm of scaled sums")
        }
        guard bias.allSatisfy({ Int32(exactly: $0) != nil }) else { throw .output(found: "scores that leave 32 bits") }
        _ = append(current, .scores(scale: scale, bias: bias.map { Int32($0) }, exponent: exponent), reading: emit(&sums))
    }
}

extension WindowGeometry {
    /// The same windows over `factor` times the channels.
    fileprivate func widened(_ factor: Int, _ layer: String) throws(LoweringError) -> WindowGeometry {
        guard factor > 1 else { return self }
        let wide = Shape([image[0], image[1], factor * image[2]])
        guard let geometry = try? WindowGeometry(wide, window, padding, margins: margins) else {
            throw .unsupportedLayer(name: layer, kind: "a sign of \(factor) slices behind a pool over \(image)")
        }
        return geometry
    }
}

extension InferenceModel {
    /// Elements of a shape from outside; nil where their number overflows.
    static func elements(_ shape: Shape) -> Int? {
        var count = 1
        for extent in shape.dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            count = product
        }
        return count
    }
}
