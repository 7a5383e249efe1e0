internal import BinaryInference
internal import BitCore

/// How a model runs as C: layers in order, and where in the caller's buffers each value lies.
struct CPlan {
    /// A call in the generated code.
    struct Layer {
        enum Work {
            case binarise(threshold: UInt8)
            /// A product and what becomes of its sums at once.
            case dense(kernel: PackedTensor, onBytes: Bool, finish: Finish)
            /// The same for images; `outside` is what a byte convolution reads beyond the border, nil on bits.
            case convolution(kernel: PackedTensor, geometry: ConvolutionGeometry, outside: Int?, finish: Finish)
            case threshold([Int32])
            case slices([Int32])
            case scores(scale: [Int32], bias: [Int32])
            case maxPool(WindowGeometry)
            case bitPool(WindowGeometry, any: PackedTensor)
            case sumPool(WindowGeometry)
            case flip(PackedTensor)
            /// Bits whose rows change their length.
            case repack
            case concatenate
            case slice(first: Int)
            case add
            case xnor, or, interleave
            case split(part: Int, of: Int, slices: Int)
            case sliceSum(Int)
            case affine(scale: [Float], bias: [Float])
            case realConvolution(kernel: Tensor, ConvolutionGeometry)
            case realDense(kernel: Tensor)
            case meanPool(WindowGeometry)
            case relu
            case rectify(slope: [Float], shift: [Float], offset: [Float])
            case realThreshold([Float])
            case realScores
        }

        enum Finish {
            case sums
            case signs([Int32])
            /// Bits at several thresholds each.
            case slices([Int32])
            case scores(scale: [Int32], bias: [Int32])
        }

        /// Node whose result this is; its number names the tables.
        let node: Int
        let names: [String]
        let work: Work
        /// Values, numbered as in the model; where each lies says `CPlan.storage`.
        let inputs: [Int]
        /// The sums that thresholds are compared with lie in here.
        let sumRange: ClosedRange<Int>
        /// Offset in words of the work buffer of what the layer needs while it runs: a byte layer's sums of a tile and tables, a
        /// convolution's values under the window.
        var tile = 0

        var input: Int { inputs[0] }
    }

    /// Outputs that a byte layer sums at a time.
    static let tileOutputs = 128
    /// Words of a byte layer's eight tables of sixteen.
    static let tableWords = 128

    var layers: [Layer] = []
    /// Where every value lies: reals in the buffer of reals, others in that of words; the scores' place is used by `classify`.
    var offsets: [Int: Int] = [:]
    var workWords = 0
    /// Numbers in the buffer of reals; 0 for a network without any.
    var realCount = 0
    /// The value whose storage each value has: its own, but for values that are another one in another shape.
    private(set) var storage: [Int]

    init(_ model: InferenceModel) {
        storage = Array(0...model.nodes.count)
        for (index, node) in model.nodes.enumerated() {
            guard case .reshape(let shape) = node.operation else { continue }
            let type = model.types[node.inputs[0]]
            // Rows of bits that end on a word of 32, and numbers, lie one after the other in any shape.
            let isSame = type.kind != .bits || shape.columns == type.shape.columns || type.shape.columns % 32 == 0 && shape.columns % 32 == 0
            if isSame { storage[index + 1] = storage[node.inputs[0]] }
        }
        var readers = [Int](repeating: 0, count: model.nodes.count + 1)
        for node in model.nodes { for id in node.inputs { readers[id] += 1 } }
        // The single reader of a value, where the value has one.
        func onlyReader(_ value: Int) -> Int? {
            readers[value] == 1 ? model.nodes.firstIndex { $0.inputs.contains(value) } : nil
        }
        var taken: Set<Int> = []
        for (index, node) in model.nodes.enumerated() where !taken.contains(index) && storage[index + 1] == index + 1 {
            var last = index
            let work: Layer.Work
            switch node.operation {
            case .binarise(let threshold): work = .binarise(threshold: threshold)
            case .threshold(let thresholds): work = .threshold(thresholds)
            case .scores(let scale, let bias, _): work = .scores(scale: scale, bias: bias)
            case .maxPool(let geometry): work = .maxPool(geometry)
            case .bitPool(let geometry, let any): work = .bitPool(geometry, any: any)
            case .sumPool(let geometry): work = .sumPool(geometry)
            case .flip(let flips): work = .flip(flips)
            case .reshape: work = .repack
            case .concatenate: work = .concatenate
            case .slice(let first, _): work = .slice(first: first)
            case .add: work = .add
            case .xnor: work = .xnor
            case .or: work = .or
            case .interleave: work = .interleave
            case .split(let part, let parts, let slices): work = .split(part: part, of: parts, slices: slices)
            case .sliceSum(let slices): work = .sliceSum(slices)
            case .multiThreshold(let thresholds): work = .slices(thresholds)
            case .affine(let scale, let bias): work = .affine(scale: scale, bias: bias)
            case .realConvolution(let kernel, let geometry): work = .realConvolution(kernel: kernel, geometry)
            case .realDense(let kernel): work = .realDense(kernel: kernel)
            case .meanPool(let geometry): work = .meanPool(geometry)
            case .relu: work = .relu
            case .rectify(let slope, let shift, let offset): work = .rectify(slope: slope, shift: shift, offset: offset)
            case .realThreshold(let thresholds): work = .realThreshold(thresholds)
            case .realScores: work = .realScores
            case .byteConvolution(let kernel, let geometry, _), .binaryConvolution(let kernel, let geometry):
                var finish = Layer.Finish.sums
                if let reader = onlyReader(index + 1) {
                    switch model.nodes[reader].operation {
                    case .threshold(let thresholds): (finish, last) = (.signs(thresholds), reader)
                    case .multiThreshold(let thresholds): (finish, last) = (.slices(thresholds), reader)
                    default: break
                    }
                }
                let outside: Int? = if case .byteConvolution(_, _, let value) = node.operation { value } else { nil }
                work = .convolution(kernel: kernel, geometry: geometry, outside: outside, finish: finish)
            case .byteDense(let kernel), .binaryDense(let kernel):
                var finish = Layer.Finish.sums
                if let reader = onlyReader(index + 1) {
                    switch model.nodes[reader].operation {
                    case .threshold(let thresholds): (finish, last) = (.signs(thresholds), reader)
                    case .scores(let scale, let bias, _): (finish, last) = (.scores(scale: scale, bias: bias), reader)
                    default: break
                    }
                }
                work = .dense(kernel: kernel, onBytes: model.types[node.inputs[0]].kind == .bytes, finish: finish)
            }
            taken.insert(last)
            let sums = model.types[index + 1].kind == .integers && last != index ? index + 1 : node.inputs[0]
            layers.append(
                Layer(
                    node: last, names: last == index ? [node.name] : [node.name, model.nodes[last].name], work: work,
                    inputs: node.inputs, sumRange: model.types[sums].range))
        }
        place(model)
    }

    /// Offset of a value's storage in its buffer.
    func offset(_ value: Int) -> Int { offsets[storage[value]] ?? 0 }
}

extension CPlan.Layer {
    /// True where an element of the result depends on the same element of the inputs alone.
    var isElementwise: Bool {
        switch work {
        case .affine, .relu, .rectify, .add: true
        default: false
        }
    }

    /// Words that it needs while it runs; nil for none.
    var scratchWords: Int? {
        switch work {
        case .dense(_, onBytes: true, let finish):
            // Sums that become bits need a place of their own; others are made where they stay.
            if case .signs = finish { CPlan.tableWords + CPlan.tileOutputs } else { CPlan.tableWords }
        case .convolution(_, let geometry, let outside, let finish): sums(finish, geometry) + patchWords(geometry, onBytes: outside != nil)
        default: nil
        }
    }

    /// Sums of one position, where they become bits.
    private func sums(_ finish: Finish, _ geometry: ConvolutionGeometry) -> Int {
        switch finish {
        case .signs, .slices: geometry.outputs
        case .sums, .scores: 0
        }
    }

    /// Bytes under the window, each in a word, and tables; or bits, each tap on a word, and which taps lie inside.
    private func patchWords(_ geometry: ConvolutionGeometry, onBytes: Bool) -> Int {
        onBytes ? geometry.depth + CPlan.tableWords : geometry.window.taps * (geometry.tapWords32 + 1)
    }
}

extension ConvolutionGeometry {
    /// Words of 32 bits that the channels of a group take in one tap.
    var tapWords32: Int { (channels / groups + 31) / 32 }
}
