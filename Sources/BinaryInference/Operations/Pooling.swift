internal import BitCore

// What the pools share.

extension WindowGeometry {
    /// Calls `body` with the index of each pixel (row-major, without channels) that the window at (y, x) reads.
    func forEachPixel(_ y: Int, _ x: Int, _ body: (Int) -> Void) {
        for i in 0..<window.height {
            guard let row = sourceRow(y, tap: i) else { continue }
            for j in 0..<window.width {
                guard let column = sourceColumn(x, tap: j) else { continue }
                body(row * image[1] + column)
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
    /// Checks a pool's windows. Every one must meet the image, or its maximum would be that of nothing.
    func expect(pool geometry: WindowGeometry, on input: ValueType, _ node: String) throws(ModelError) {
        try expect(geometry, on: input, channels: geometry.image[2], node)
        guard geometry.padding != .plusOne else { throw .padding(node: node, geometry.padding) }
        // A margin smaller than the window's reach leaves the far end of the window on the image or beyond it, and taps no further apart
        // than the image is wide cannot step over it.
        let (margins, reach, dilation) = (geometry.margins, geometry.window.reach, geometry.window.dilation)
        let rows = (margins.top, margins.bottom) == (0, 0)
            || Swift.max(margins.top, margins.bottom) < reach.height && dilation <= geometry.image[0]
        let columns = (margins.left, margins.right) == (0, 0)
            || Swift.max(margins.left, margins.right) < reach.width && dilation <= geometry.image[1]
        guard geometry.padding != .zero || rows && columns else { throw .emptyWindow(node: node) }
    }
}
