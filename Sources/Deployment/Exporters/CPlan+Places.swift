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
            switch type.kind {
            case .reals: offsets[value] = reals.place(type.shape.count, from: step, until: end)
            case .bits: offsets[value] = words.place(type.shape.rows * ((type.shape.columns + 31) / 32), from: step, until: end)
            case .integers, .bytes: offsets[value] = words.place(type.shape.count, from: step, until: end)
            }
            if let scratch = layers[step].scratchWords { layers[step].tile = words.place(scratch, from: step, until: step) }
        }
        (workWords, realCount) = (words.count, reals.count)
    }
}
