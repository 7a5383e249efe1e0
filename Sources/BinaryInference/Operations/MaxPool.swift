internal import BitCore

/// sums → sums, or reals → reals: the largest of each window, channel by channel. Padding of sums is `.valid` or `.replicate`, with which
/// pixels count that are under the window anyway; among reals what lies outside takes part as a value.
struct MaxPoolRules: OperationRules {
    static let identifier = "maxPool"
    let geometry: WindowGeometry

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        if inputs[0].kind == .reals {
            try expect(pool: geometry, on: inputs[0], Padding.allCases, node)
            return .reals(geometry.pooled)
        }
        try expect(inputs[0], .integers, node)
        try expect(pool: geometry, on: inputs[0], [.valid, .replicate], node)
        return .integers(geometry.pooled, inputs[0].range)
    }

    func steps(_ inputs: [ValueType]) -> Int { geometry.pooled.count * geometry.window.taps }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        if case .reals(let image) = inputs[0] {
            return .reals(geometry.referencePool(reals: image) { $0.dropFirst().reduce($0[0]) { best, next in next > best ? next : best } })
        }
        return .integers(geometry.referencePool(inputs[0].numbers) { _, values in values.max() ?? 0 })
    }

    func executor(_ types: [ValueType]) -> any Executor {
        types[0].kind == .reals ? RealPoolExecutor(geometry: geometry, isMean: false) : MaxPoolExecutor(geometry: geometry)
    }

    func encode(into node: inout NodeEncoder) { node.set(geometry) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .maxPool(try node.geometry()) }
}

struct MaxPoolExecutor: Executor {
    let geometry: WindowGeometry

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .integers(
            geometry.poolIntegers(inputs[0].integers, rows: rows, engine) { target, source in
                for c in 0..<target.count { target[c] = Swift.max(target[c], source[c]) }
            })
    }
}

extension WindowGeometry {
    /// Combines the pixels of each window into the first of them, channel by channel.
    func poolIntegers(
        _ source: [Int32], rows: Int, _ engine: ExecutorEngine,
        _ combine: (UnsafeMutableBufferPointer<Int32>, UnsafeBufferPointer<Int32>) -> Void
    ) -> [Int32] {
        let channels = image[2]
        let (pixels, positions) = (image[0] * image[1], height * width)
        return [Int32](count: rows * positions * channels) { out in
            source.withUnsafeBufferPointer { source in
                nonisolated(unsafe) let (source, out, combine) = (source, out, combine)
                engine.parallel.forEach(rows * height, grain: engine.grain(width * channels * window.taps)) { lines in
                    for line in lines {
                        let (item, y) = (line / height, line % height)
                        for x in 0..<width {
                            let place = (item * positions + y * width + x) * channels
                            let target = UnsafeMutableBufferPointer(rebasing: out[place..<place + channels])
                            var isFirst = true
                            forEachPixel(y, x) { pixel in
                                let start = (item * pixels + pixel) * channels
                                let values = UnsafeBufferPointer(rebasing: source[start..<start + channels])
                                if isFirst { _ = target.update(fromContentsOf: values) } else { combine(target, values) }
                                isFirst = false
                            }
                            // A window of a sum may miss the image altogether.
                            if isFirst { target.update(repeating: 0) }
                        }
                    }
                }
            }
        }
    }
}
