internal import BitCore

// A batch norm needs its input again in the backward pass. Where that is the output of a convolution of signs with signs, it is not kept but made
// once more, from bits that are kept anyway: a fraction of the cost of the two real products of the backward pass, for the largest part of what a
// step would hold.

extension Network {
    /// Nodes whose input is made again: batch norms behind such convolutions.
    static func repetitions(_ nodes: [Node], input: Signal) -> [Bool] {
        nodes.indices.map { index in
            guard nodes[index].layer is BatchNorm, let (place, layer) = convolution(before: index, nodes) else { return false }
            let source = nodes[place].inputs[0].index
            return layer.isCheapToRepeat(source == 0 ? input : nodes[source - 1].output)
        }
    }

    private static func convolution(before index: Int, _ nodes: [Node]) -> (place: Int, layer: Conv2D)? {
        let place = nodes[index].inputs[0].index - 1
        guard place >= 0, let layer = nodes[place].layer as? Conv2D else { return nil }
        return (place, layer)
    }

    /// The first input of a node in the pass that left the caches.
    /// - Precondition: `repetitions` is true of it.
    func repeatedInput(of index: Int, _ caches: [LayerCache], _ parameters: ParameterStore, _ context: ExecutionContext) -> Tensor {
        guard let (place, layer) = Self.convolution(before: index, nodes) else { preconditionFailure("node \(index) has no input that can be repeated") }
        return layer.repeated(caches[place], parameters, context)
    }
}
