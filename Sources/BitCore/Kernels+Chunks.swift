// Sums over the rows of a matrix whose order depends on its shape alone: rows are cut into chunks, each chunk gives a partial sum, and the
// partial sums are added up in order, whichever thread made them.

extension Kernels {
    func splitRows(_ rows: Int, _ columns: Int, _ parallel: Parallel, _ body: (Int, Int) -> Void) {
        guard columns > 0 else { return }
        parallel.forEach(rows, grain: Self.rowGrain(columns)) { body($0.lowerBound, $0.count) }
    }

    /// Rows of one partial sum: a function of the shape alone. 64 Ki floats stay in a core's cache between the passes over them.
    static func chunkRows(_ channels: Int) -> Int { Swift.max(32, 65_536 / Swift.max(channels, 1) / 32 * 32) }

    /// `body(first row, rows, target)` for every chunk, with room for `arrays` × channels sums each.
    func chunkPartials(
        _ rows: Int, _ channels: Int, arrays: Int, _ parallel: Parallel, _ body: (Int, Int, UnsafeMutablePointer<Double>) -> Void
    ) -> AlignedBuffer<Double> {
        let chunk = Self.chunkRows(channels)
        let chunks = (rows + chunk - 1) / chunk
        let partials = AlignedBuffer<Double>(count: chunks * arrays * channels)
        nonisolated(unsafe) let target = partials.pointer
        parallel.forEach(chunks) { range in
            for k in range { body(k * chunk, Swift.min(chunk, rows - k * chunk), target + k * arrays * channels) }
        }
        return partials
    }

    /// The partial sums of all chunks added up in order.
    func chunkSums(
        _ rows: Int, _ channels: Int, arrays: Int, _ parallel: Parallel, _ body: (Int, Int, UnsafeMutablePointer<Double>) -> Void
    ) -> [Double] {
        let partials = chunkPartials(rows, channels, arrays: arrays, parallel, body)
        let width = arrays * channels
        var totals = [Double](repeating: 0, count: width)
        guard width > 0 else { return totals }
        for k in 0..<partials.count / width {
            for c in 0..<width { totals[c] += partials.pointer[k * width + c] }
        }
        return totals
    }
}
