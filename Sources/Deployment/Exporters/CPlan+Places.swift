internal import BinaryInference
internal import BitCore

extension CPlan {
    /// A buffer of the caller's in which values lie that are alive at different times.
    private struct Arena {
        private var alive: [(end: Int, range: Range<Int>)] = []
        private(set) var count = 0

        /// A place that nothing alive at `step` uses, held until `end`: first fit.
        mutating func place(_ size: Int, from step: Int, until end: Int) -> Int {
            alive.removeAll { $0.end < step }
            var offset = 0
            for (_, range) in alive.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
                if offset + size <= range.lowerBound { break }
                offset = Swift.max(offset, range.upperBound)
            }
            alive.append((end, offset..<offset + size))
            count = Swift.max(count, offset + size)
            return offset
        }

        /// What lies at `offset` at `step` stays until `end`.
        mutating func keep(_ offset: Int, from step: Int, until end: Int) {
            alive.removeAll { $0.end < step }
            for index in alive.indices where alive[index].range.lowerBound == offset { alive[index].end = Swift.max(alive[index].end, end) }
        }
    }

    /// Gives every value a place that no value alive at the same time uses, in order of birth. Reals have a buffer of their own: C lets no memory be
    /// read as words that was written as floats.
    mutating func place(_ model: InferenceModel) {
        var lastRead: [Int: Int] = [:]
        for (step, layer) in layers.enumerated() { for input in layer.inputs { lastRead[storage[input]] = step } }
        var (words, reals) = (Arena(), Arena())
        for step in layers.indices {
            let value = layers[step].node + 1
            let (type, end) = (model.types[value], lastRead[value] ?? layers.count)
            if let place = placeOfInput(layers[step], of: type.kind, model, isLast: { lastRead[$0] == step }) {
                offsets[value] = place
                if type.kind == .reals { reals.keep(place, from: step, until: end) } else { words.keep(place, from: step, until: end) }
                continue
            }
            switch type.kind {
            case .reals: offsets[value] = reals.place(type.shape.count, from: step, until: end)
            case .bits: offsets[value] = words.place(type.shape.rows * ((type.shape.columns + 31) / 32), from: step, until: end)
            case .integers, .bytes: offsets[value] = words.place(type.shape.count, from: step, until: end)
            }
            if let scratch = layers[step].scratchWords { layers[step].tile = words.place(scratch, from: step, until: step) }
        }
        (workWords, realCount) = (words.count, reals.count)
    }

    /// The place of a layer's first input, where its result may overwrite that: element by element, and nobody reads the input again.
    private func placeOfInput(_ layer: Layer, of kind: ValueType.Kind, _ model: InferenceModel, isLast: (Int) -> Bool) -> Int? {
        let sources = layer.inputs.map { storage[$0] }
        guard layer.isElementwise, model.types[sources[0]].kind == kind, isLast(sources[0]), !sources.dropFirst().contains(sources[0]) else { return nil }
        return offsets[sources[0]]
    }
}
