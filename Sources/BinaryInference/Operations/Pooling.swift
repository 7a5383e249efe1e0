internal import BitCore

// What the pools share.

extension WindowGeometry {
    /// Calls `body` with the index of each pixel (row-major, without channels) that the window at (y, x) reads.
    func forEachPixel(_ y: Int, _ x: Int, _ body: (Int) -> Void) {
        let width = image.dimensions[1]
        for i in 0..<window.height {
            guard let row = sourceRow(y, tap: i) else { continue }
            for j in 0..<window.width {
                guard let column = sourceColumn(x, tap: j) else { continue }
                body(row * width + column)
            }
        }
    }

    /// The result of `combine` over the window's pixels, for every position and channel.
    func referencePool(_ image: [Int], _ combine: (_ channel: Int, [Int]) -> Int) -> [Int] {
        let channels = self.image[2]
        var result: [Int] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<channels {
                    var values: [Int] = []
                    forEachPixel(y, x) { values.append(image[$0 * channels + c]) }
                    result.append(combine(c, values))
                }
            }
        }
        return result
    }

    /// [height × width × channels] of the result.
    var pooled: Shape { [height, width, image[2]] }
}

extension OperationRules {
    /// Checks a pool's windows. `.plusOne` is no padding of sums, and `.zero` only of their addition.
    func expect(pool geometry: WindowGeometry, on input: ValueType, _ paddings: [Padding], _ node: String) throws(ModelError) {
        try expect(geometry, on: input, channels: geometry.image[2], node)
        guard paddings.contains(geometry.padding) else { throw .padding(node: node, geometry.padding) }
    }
}
