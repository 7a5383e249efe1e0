internal import BinaryInference
internal import BitCore

/// What is wrong or odd with a model: parts of it that compute nothing, or the same thing twice. Says nothing about accuracy.
public enum ModelCheckup {
    /// One sentence for each finding, in the order of the layers; empty for a model without any.
    public static func findings(in loaded: LoadedModel) -> [String] {
        let model = loaded.model
        var findings: [String] = []
        for node in model.nodes {
            if let kernel = node.operation.kernel { findings += oddities(of: kernel, node.name) }
            switch node.operation {
            case .threshold(let thresholds):
                guard let ranges = sumRanges(of: node.inputs[0], in: model) else { continue }
                findings += constantNeurons(thresholds, ranges, node.name)
            case .scores(let scale, _, _):
                for (index, value) in scale.enumerated() where value == 0 {
                    findings.append("the score of class \(model.label(index)) does not depend on the input: its scale is 0")
                }
            default: continue
            }
        }
        return findings
    }

    /// The same of a graph model.
    static func findings(in loaded: LoadedGraphModel) -> [String] {
        loaded.model.layers.enumerated().flatMap { index, layer in
            let silent = layer.factors?.count { $0 == 0 } ?? 0
            return oddities(of: layer.kernel, "conv\(index + 1)")
                + (silent > 0 ? ["conv\(index + 1): \(silent) of \(layer.outputs) outputs do not depend on the input: their scale is 0"] : [])
        }
    }

    private static func oddities(of kernel: PackedTensor, _ name: String) -> [String] {
        var findings: [String] = []
        let (rows, columns) = (kernel.shape.rows, kernel.shape.columns)
        let plus = kernel.words.reduce(0) { $0 + $1.nonzeroBitCount }
        let share = Double(plus) / Double(rows * columns)
        // Fair coins stray from one half by 1/(2√n); ten times that is no accident.
        if abs(share - 0.5) > Swift.max(0.05, 5 / Double(rows * columns).squareRoot()) {
            findings.append("\(name): \(Int((100 * share).rounded())) % of the weights are +1, where about half is usual")
        }
        var seen: Set<[UInt64]> = []
        var repeats = 0
        let mask: UInt64 = columns % 64 == 0 ? ~0 : (1 << UInt64(columns % 64)) - 1
        let words = kernel.words
        for row in 0..<rows {
            var bits = Array(words[row * kernel.wordsPerRow..<(row + 1) * kernel.wordsPerRow])
            // A row and its opposite carry the same information; both are filed under the one whose first weight is +1.
            if bits[0] & 1 == 0 {
                for word in bits.indices { bits[word] ^= word == bits.count - 1 ? mask : ~0 }
            }
            if !seen.insert(bits).inserted { repeats += 1 }
        }
        if repeats > 0, columns > 1 {
            findings.append("\(name): \(repeats) of \(rows) rows repeat another one or its opposite, so they add nothing new")
        }
        return findings
    }

    /// Smallest and largest sum of each output of the dense node that makes value `id`; nil when no dense node does.
    private static func sumRanges(of id: Int, in model: InferenceModel) -> [ClosedRange<Int>]? {
        guard id > 0 else { return nil }
        switch model.nodes[id - 1].operation {
        case .binaryDense(let kernel), .binaryConvolution(let kernel, _):
            let depth = kernel.shape.columns
            return Array(repeating: -depth...depth, count: kernel.shape.rows)
        case .byteConvolution(let kernel, let geometry, let outside) where geometry.padding == .zero || geometry.padding == .plusOne:
            // A tap on the border reads either a byte or what is outside.
            let (low, high) = (Swift.min(0, outside), Swift.max(255, outside))
            return rows(of: kernel) { plus in
                let minus = kernel.shape.columns - plus
                return low * plus - high * minus...high * plus - low * minus
            }
        case .byteDense(let kernel), .byteConvolution(let kernel, _, _):
            return rows(of: kernel) { plus in -255 * (kernel.shape.columns - plus)...255 * plus }
        default: return nil
        }
    }

    /// A range for each row of a kernel, from its number of weights +1.
    private static func rows(of kernel: PackedTensor, _ range: (Int) -> ClosedRange<Int>) -> [ClosedRange<Int>] {
        let words = kernel.words
        return (0..<kernel.shape.rows).map { row in
            range(words[row * kernel.wordsPerRow..<(row + 1) * kernel.wordsPerRow].reduce(0) { $0 + $1.nonzeroBitCount })
        }
    }

    private static func constantNeurons(_ thresholds: [Int32], _ ranges: [ClosedRange<Int>], _ name: String) -> [String] {
        var (always, never) = (0, 0)
        for (threshold, range) in zip(thresholds, ranges) {
            if Int(threshold) <= range.lowerBound { always += 1 } else if Int(threshold) > range.upperBound { never += 1 }
        }
        guard always + never > 0 else { return [] }
        return [
            "\(name): \(always + never) of \(thresholds.count) neurons give the same sign for every input (\(always) always +1, \(never) always −1); "
                + "a narrower layer would do"
        ]
    }
}
