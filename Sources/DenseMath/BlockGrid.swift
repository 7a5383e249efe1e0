internal import BitCore

/// How the result of a product is cut into blocks, one a thread.
struct BlockGrid: Sendable {
    private let extent: (rows: Int, columns: Int)
    private let block: (rows: Int, columns: Int)
    private let across: Int
    let count: Int

    /// Below this many multiply-accumulates a block takes about as long as waking a thread for it.
    private static let leastWork = 200_000

    /// Every block is a whole number of tiles, and reads its own rows of A and columns of B, which it has to pack. Among the ways to cut
    /// the rows by r and the columns by threads/r, the one whose largest block costs least is taken; packing an element costs about as
    /// much as 8 multiply-accumulates.
    init(_ product: MatrixProduct, tileRows: Int, tileColumns: Int, threads: Int) {
        extent = (product.rows, product.columns)
        let pieces = max(1, min(threads, product.multiplyAccumulates / Self.leastWork))
        func size(_ extent: Int, tile: Int, pieces: Int) -> Int {
            let tiles = (extent + tile - 1) / tile
            return (tiles + pieces - 1) / pieces * tile
        }
        var best = (cost: Int.max, rows: extent.rows, columns: extent.columns)
        for down in 1...pieces {
            let rows = size(extent.rows, tile: tileRows, pieces: down)
            let columns = size(extent.columns, tile: tileColumns, pieces: pieces / down)
            let cost = rows * columns + 8 * (rows + columns)
            if cost < best.cost { best = (cost, rows, columns) }
        }
        block = (max(best.rows, 1), max(best.columns, 1))
        across = (extent.columns + block.columns - 1) / block.columns
        count = across * ((extent.rows + block.rows - 1) / block.rows)
    }

    func rows(_ index: Int) -> Range<Int> {
        let start = index / across * block.rows
        return start..<min(start + block.rows, extent.rows)
    }

    func columns(_ index: Int) -> Range<Int> {
        let start = index % across * block.columns
        return start..<min(start + block.columns, extent.columns)
    }
}
