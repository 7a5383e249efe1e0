/// Walks over what windows cover, as runs of taps whose pixels follow each other in memory.
package struct PatchTaps: Sendable {
    package let geometry: WindowGeometry

    package init(_ geometry: WindowGeometry) { self.geometry = geometry }

    /// Calls `body(row, first tap, taps, first pixel)` for each row (of batch · positions) in the range; the pixel counts through
    /// [batch × height × width] and is nil for taps outside the image.
    package func forEachRun(_ range: Range<Int>, _ body: (Int, Int, Int, Int?) -> Void) {
        let (window, image) = (geometry.window, geometry.image)
        for row in range {
            let (item, position) = row.quotientAndRemainder(dividingBy: geometry.positions)
            let (y, x) = position.quotientAndRemainder(dividingBy: geometry.width)
            for i in 0..<window.height {
                guard let sourceRow = geometry.sourceRow(y, tap: i) else {
                    body(row, i * window.width, window.width, nil)
                    continue
                }
                let line = (item * image[0] + sourceRow) * image[1]
                var j = 0
                while j < window.width {
                    let first = geometry.sourceColumn(x, tap: j)
                    var end = j + 1
                    while end < window.width, geometry.sourceColumn(x, tap: end) == first.map({ $0 + end - j }) { end += 1 }
                    body(row, i * window.width + j, end - j, first.map { line + $0 })
                    j = end
                }
            }
        }
    }
}
