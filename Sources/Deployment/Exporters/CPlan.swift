internal import BinaryInference
internal import BitCore

/// How a model runs as C: layers in order, and where in the caller's work buffer each value lies.
struct CPlan {
    /// A call in the generated code.
    struct Layer {
        enum Work {
            case binarise(threshold: UInt8)
            /// A product and what becomes of its sums at once.
            case dense(kernel: PackedTensor, onBytes: Bool, finish: Finish)
            case threshold([Int32])
            case scores(scale: [Int32], bias: [Int32])
        }

        enum Finish {
            case sums
            case signs([Int32])
            case scores(scale: [Int32], bias: [Int32])
        }

        /// Node whose result this is; its number names the tables.
        let node: Int
        let names: [String]
        let work: Work
        /// Values, numbered as in the model.
        let input: Int
        /// The sums that thresholds are compared with lie in here.
        let sumRange: ClosedRange<Int>
        /// Offset in the work buffer of a byte layer's scratch (sums of a tile, then tables), in words.
        var tile = 0
    }

    /// Outputs that a byte layer sums at a time.
    static let tileOutputs = 128
    /// Words of a byte layer's eight tables of sixteen.
    static let tableWords = 128

    private(set) var layers: [Layer] = []
    /// Offset in words of every value that lies in the work buffer; the scores' is used by `classify`.
    private(set) var offsets: [Int: Int] = [:]
    private(set) var workWords = 0

    init(_ model: InferenceModel) {
        var readers = [Int](repeating: 0, count: model.nodes.count + 1)
        for node in model.nodes { for id in node.inputs { readers[id] += 1 } }
        // The single reader of a value, where the value has one.
        func onlyReader(_ value: Int) -> Int? {
            readers[value] == 1 ? model.nodes.firstIndex { $0.inputs.contains(value) } : nil
        }
        var taken: Set<Int> = []
        for (index, node) in model.nodes.enumerated() where !taken.contains(index) {
            var last = index
            let work: Layer.Work
            switch node.operation {
            case .binarise(let threshold): work = .binarise(threshold: threshold)
            case .threshold(let thresholds): work = .threshold(thresholds)
            case .scores(let scale, let bias, _): work = .scores(scale: scale, bias: bias)
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
                    node: last, names: last == index ? [node.name] : [node.name, model.nodes[last].name], work: work, input: node.inputs[0],
                    sumRange: model.types[sums].range))
        }
        place(model)
    }

    /// Gives every value a place that no value alive at the same time uses: first fit, in order of birth.
    private mutating func place(_ model: InferenceModel) {
        var lastRead: [Int: Int] = [:]
        for (step, layer) in layers.enumerated() { lastRead[layer.input] = step }
        var alive: [(end: Int, range: Range<Int>)] = []
        func freeOffset(_ words: Int) -> Int {
            var offset = 0
            for (_, range) in alive.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
                if offset + words <= range.lowerBound { break }
                offset = Swift.max(offset, range.upperBound)
            }
            return offset
        }
        for step in layers.indices {
            alive.removeAll { $0.end < step }
            let value = layers[step].node + 1
            let words = Self.words(model.types[value])
            let offset = freeOffset(words)
            offsets[value] = offset
            alive.append((lastRead[value] ?? layers.count, offset..<offset + words))
            if case .dense(_, onBytes: true, let finish) = layers[step].work {
                // Sums that become bits need a place of their own; others are made where they stay.
                var words = Self.tableWords
                if case .signs = finish { words += Self.tileOutputs }
                layers[step].tile = freeOffset(words)
                alive.append((step, layers[step].tile..<layers[step].tile + words))
            }
            workWords = Swift.max(workWords, alive.map(\.range.upperBound).max() ?? 0)
        }
    }

    /// Words of 32 bits that a value takes.
    private static func words(_ type: ValueType) -> Int {
        switch type.kind {
        case .bits: (type.shape.count + 31) / 32
        case .integers, .bytes: type.shape.count
        }
    }
}
