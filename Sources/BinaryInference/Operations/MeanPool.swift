internal import BitCore

/// reals → reals: the mean of each window, channel by channel: taps are added in order, row-major, from +0, and the sum is multiplied with
/// 1/taps, rounded to Float32. A tap outside the image adds what the padding says, and counts.
struct MeanPoolRules: OperationRules {
    static let identifier = "meanPool"
    let geometry: WindowGeometry

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        try expect(pool: geometry, on: inputs[0], Padding.allCases, node)
        return .reals(geometry.pooled)
    }

    func steps(_ inputs: [ValueType]) -> Int { geometry.pooled.count * geometry.window.taps }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let share = 1 / Float(geometry.window.taps)
        return .reals(geometry.referencePool(reals: inputs[0].floats) { $0.reduce(0, +) * share })
    }

    func executor(_ types: [ValueType]) -> any Executor { RealPoolExecutor(geometry: geometry, isMean: true) }

    func encode(into node: inout NodeEncoder) { node.set(geometry) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .meanPool(try node.geometry()) }
}

/// The mean, or the largest, of each window of reals.
struct RealPoolExecutor: Executor {
    let geometry: WindowGeometry
    let isMean: Bool
    private let windows: PoolingWindows

    init(geometry: WindowGeometry, isMean: Bool) {
        (self.geometry, self.isMean) = (geometry, isMean)
        windows = PoolingWindows(geometry)
    }

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        var result = Tensor(uninitialized: geometry.pooled.batched(rows))
        inputs[0].reals.withUnsafeElements { x in
            result.withUnsafeMutableElements { y in
                if isMean {
                    engine.kernels.sumPool(
                        x, batch: rows, imageCount: geometry.image.count, windows, scale: 1 / Float(windows.taps), into: y, parallel: engine.parallel)
                } else {
                    engine.kernels.maxPool(
                        x, batch: rows, imageCount: geometry.image.count, windows, into: y, taken: nil, parallel: engine.parallel)
                }
            }
        }
        return .reals(result)
    }
}

extension WindowGeometry {
    /// The result of `combine` over the numbers under the window, what lies outside included, for every position and channel.
    func referencePool(reals image: [Float], _ combine: ([Float]) -> Float) -> [Float] {
        let channels = self.image[2]
        let outside: Float = padding == .plusOne ? 1 : 0
        var result: [Float] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<channels {
                    var values: [Float] = []
                    for i in 0..<window.height {
                        for j in 0..<window.width {
                            guard let row = sourceRow(y, tap: i), let column = sourceColumn(x, tap: j) else {
                                values.append(outside)
                                continue
                            }
                            values.append(image[(row * self.image[1] + column) * channels + c])
                        }
                    }
                    result.append(combine(values))
                }
            }
        }
        return result
    }
}
