public import BinaryNN
internal import BitCore

/// Operations and size of a network as papers on binary networks print them: OPs = FLOPs + BOPs/64, since a 64-bit word holds 64 binary products
/// (Liu et al. 2018). Papers do not agree on what a FLOP is; this names what is counted.
public struct TheoreticalCounts: Sendable, Hashable, Codable {
    /// Multiply-accumulates of signs.
    public var binaryMACs: Int
    /// Multiply-accumulates of reals.
    public var realMACs: Int
    /// What layers do element by element in reals: one for each element that a norm, a rectifier or an addition makes, one for each tap of a pooling
    /// or mean.
    public var realElements: Int
    /// Bits that layers between the first sign and the last make: norms' signs, slice by slice.
    public var storedBits: Int
    /// Weights held as bits, reals of kernels, biases and slopes, and channels of norms that become thresholds.
    public var binaryWeights: Int
    public var realWeights: Int
    public var thresholds: Int

    public init(_ network: Network) {
        (binaryMACs, realMACs, realElements, storedBits, binaryWeights, realWeights, thresholds) = (0, 0, 0, 0, 0, 0, 0)
        for (index, node) in network.nodes.enumerated() {
            let inputs = node.inputs.map(network.signal)
            let counts = node.layer.operationCounts(inputs)
            binaryMACs += counts.binaryMACs
            realMACs += counts.realMACs
            let elements = node.output.shape.count
            switch node.layer {
            case is BatchNorm, is LayerNorm:
                realElements += elements
                if Self.isReadBySign(index, network) { thresholds += node.output.shape.columns }
            case is PReLU, is ReLU, is LearnedShift: realElements += elements
            case is Add: realElements += (inputs.count - 1) * elements
            // The maximum of sums of signs becomes an OR of bits.
            case let pool as MaxPool: realElements += Self.isReadFromBits(node, network) ? 0 : elements * pool.window.taps
            case let pool as AveragePool: realElements += elements * pool.window.taps
            case is GlobalAveragePool, is SliceMean: realElements += inputs[0].shape.count
            case is Sign, is MultiSliceSign: storedBits += elements
            default: break
            }
            for spec in network.specs where spec.name.hasPrefix(node.name + ".") && spec.role != .statistic {
                if spec.encoding != .real {
                    binaryWeights += spec.count
                } else if !(node.layer is BatchNorm || node.layer is LayerNorm) {
                    realWeights += spec.count
                }
            }
        }
    }

    /// BOPs/64 and every real operation.
    public var operations: Double { Double(realMACs + realElements) + Double(binaryMACs) / 64 }

    /// BOPs/64 and real multiply-accumulates alone, as ReActNet counts.
    public var multiplications: Double { Double(realMACs) + Double(binaryMACs) / 64 }

    /// One bit for a binary weight, four bytes for a real one, two for a threshold. Norms that stay real are taken to be folded into their neighbours.
    public var bytes: Double { Double(binaryWeights) / 8 + Double(4 * realWeights + 2 * thresholds) }

    private static func isReadFromBits(_ node: Network.Node, _ network: Network) -> Bool {
        guard let source = node.inputs.first, source.index > 0 else { return false }
        return (network.nodes[source.index - 1].layer as? Conv2D)?.kernelForm.quantizer.shipsAsSigns ?? false
    }

    private static func isReadBySign(_ index: Int, _ network: Network) -> Bool {
        let readers = network.nodes.filter { $0.inputs.contains { $0.index == index + 1 } }
        return !readers.isEmpty && readers.allSatisfy { $0.layer is Sign || $0.layer is MultiSliceSign }
    }
}
