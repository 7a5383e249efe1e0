/// Which pixel each tap reads, for each row of a product over patches (see `sf_convolution.h`).
package struct PatchMap: Sendable {
    /// [entries × taps] pixels of an item; −1 for none.
    package let sources: [Int32]
    /// Where each entry's result goes; nil when entries are the pixels of the result in order.
    package let targets: [Int32]?
    package let entries: Int
    /// Which taps of the kernel these are.
    package let kernelTaps: [Int32]
    package var taps: Int { kernelTaps.count }

    private init(_ sources: [Int32], targets: [Int32]?, entries: Int, kernelTaps: some Sequence<Int>) {
        (self.sources, self.targets, self.entries) = (sources, targets, entries)
        self.kernelTaps = kernelTaps.map { Int32($0) }
    }

    /// Each entry reads the pixel of its own number.
    package static func identity(_ entries: Int) -> PatchMap { PatchMap((0..<Int32(entries)).map { $0 }, targets: nil, entries: entries, kernelTaps: [0]) }

    /// Entries are the positions of the window; sources are pixels of the image.
    package static func forward(_ geometry: WindowGeometry) -> PatchMap {
        let (window, width) = (geometry.window, geometry.image[1])
        func sources(_ count: Int, _ taps: Int, _ source: (Int, Int) -> Int?) -> [Int] {
            (0..<count).flatMap { place in (0..<taps).map { source(place, $0) ?? -1 } }
        }
        let rows = sources(geometry.height, window.height) { geometry.sourceRow($0, tap: $1) }
        let columns = sources(geometry.width, window.width) { geometry.sourceColumn($0, tap: $1) }
        let all = [Int32](unsafeUninitializedCapacity: geometry.positions * window.taps) { all, count in
            for y in 0..<geometry.height {
                for x in 0..<geometry.width {
                    for i in 0..<window.height {
                        let row = rows[y * window.height + i]
                        for j in 0..<window.width {
                            let column = columns[x * window.width + j]
                            all[count] = row < 0 || column < 0 ? -1 : Int32(row * width + column)
                            count += 1
                        }
                    }
                }
            }
        }
        return PatchMap(all, targets: nil, entries: geometry.positions, kernelTaps: 0..<window.taps)
    }

    /// The sources of a single position.
    static func forward(_ geometry: WindowGeometry, position: Int) -> PatchMap {
        let window = geometry.window
        let (y, x) = position.quotientAndRemainder(dividingBy: geometry.width)
        var sources = [Int32](repeating: -1, count: window.taps)
        for i in 0..<window.height {
            guard let row = geometry.sourceRow(y, tap: i) else { continue }
            for j in 0..<window.width {
                if let column = geometry.sourceColumn(x, tap: j) { sources[i * window.width + j] = Int32(row * geometry.image[1] + column) }
            }
        }
        return PatchMap(sources, targets: nil, entries: 1, kernelTaps: 0..<window.taps)
    }

    /// The same where no window reaches over a border and its taps have no gaps: a row of taps reads pixels that follow each other, so it
    /// counts as one tap of as many times the channels.
    package static func forwardByTapRows(_ geometry: WindowGeometry) -> PatchMap? {
        let (window, margins) = (geometry.window, geometry.margins)
        guard window.dilation == 1, margins.left == 0, margins.top == 0 else { return nil }
        let lastRow = (geometry.height - 1) * window.stride + window.height - 1
        let lastColumn = (geometry.width - 1) * window.stride + window.width - 1
        guard lastRow < geometry.image[0], lastColumn < geometry.image[1] else { return nil }
        var sources: [Int32] = []
        for y in 0..<geometry.height {
            for x in 0..<geometry.width {
                for i in 0..<window.height {
                    sources.append(Int32((y * window.stride + i) * geometry.image[1] + x * window.stride))
                }
            }
        }
        return PatchMap(sources, targets: nil, entries: geometry.positions, kernelTaps: 0..<window.height)
    }

    /// Entries are pixels of the image, those that see the window at the same places modulo its stride in one map; sources are positions whose
    /// tap lies on the pixel. Nil for `.replicate`, where a border pixel has several positions for one tap.
    package static func backward(_ geometry: WindowGeometry) -> [PatchMap]? {
        guard geometry.padding != .replicate else { return nil }
        let (window, margins, image) = (geometry.window, geometry.margins, geometry.image)
        /// For each pixel of a line, the position whose tap `tap` lies on it.
        func positions(_ extent: Int, _ taps: Int, _ margin: Int, _ count: Int) -> [[Int]] {
            (0..<extent).map { pixel in
                (0..<taps).map { tap in
                    let (position, rest) = (pixel + margin - tap * window.dilation).quotientAndRemainder(dividingBy: window.stride)
                    return rest == 0 && position >= 0 && position < count ? position : -1
                }
            }
        }
        let rows = positions(image[0], window.height, margins.top, geometry.height)
        let columns = positions(image[1], window.width, margins.left, geometry.width)
        /// Taps that can lie on pixels whose distance from the margin is `phase` modulo the stride.
        func taps(_ count: Int, _ margin: Int, phase: Int) -> [Int] {
            (0..<count).filter { (phase + margin - $0 * window.dilation) % window.stride == 0 }
        }
        let stride = window.stride
        var maps: [PatchMap] = []
        for down in 0..<min(stride, image[0]) {
            for across in 0..<min(stride, image[1]) {
                let (tapRows, tapColumns) = (taps(window.height, margins.top, phase: down), taps(window.width, margins.left, phase: across))
                var sources: [Int32] = []
                var targets: [Int32] = []
                for y in Swift.stride(from: down, to: image[0], by: stride) {
                    for x in Swift.stride(from: across, to: image[1], by: stride) {
                        targets.append(Int32(y * image[1] + x))
                        for i in tapRows {
                            for j in tapColumns {
                                let (row, column) = (rows[y][i], columns[x][j])
                                sources.append(row < 0 || column < 0 ? -1 : Int32(row * geometry.width + column))
                            }
                        }
                    }
                }
                maps.append(
                    PatchMap(
                        sources, targets: stride == 1 ? nil : targets, entries: targets.count,
                        kernelTaps: tapRows.flatMap { i in tapColumns.map { i * window.width + $0 } }))
            }
        }
        return maps
    }
}
