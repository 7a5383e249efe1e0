#if OneDNN
public import BitCore

/// Dense products by oneDNN, with AVX-512 and, in bfloat16, with AMX where the processor has it.
///
/// The result is cut into one block a thread, and oneDNN works on each with a single thread of its own;
/// `Documentation/Design/dense-engine.md` says why. Results are the same for the same number of threads. They may differ in rounding between numbers of threads, since oneDNN
/// chooses its code by the shape of a block. Where the processor does not multiply bfloat16, and oneDNN refuses or imitates it, the portable engine does those.
public struct OneDNNEngine: DenseEngine {
    private let library: OneDNNLibrary
    private let scratch = ScratchPool()
    private let kernel = DenseProductKernel(.active)
    /// Does what oneDNN cannot, or not better.
    let portable = PortableEngine()
    /// Whether oneDNN multiplies bfloat16 by instructions of the processor. Its imitation takes six times as long as the portable engine.
    private let hasBFloat16: Bool

    /// Convolutions by blocks of oneDNN's products; nil where oneDNN has no bfloat16.
    let blocks: BlockConvolution?
    /// Whether oneDNN has a matrix unit, and blocks pay wherever they can be had.
    let prefersBlocks: Bool

    /// - Throws: `EngineError.unavailable` when oneDNN does not start on this machine.
    public init() throws(EngineError) { try self.init(blocks: nil) }

    /// - Parameter blocks: whether convolutions in bfloat16 go by blocks; nil for where it pays.
    package init(blocks wanted: Bool?) throws(EngineError) {
        library = try OneDNNLibrary()
        let code = (try? library.product(Self.probe(.bfloat16)).get().name) ?? ""
        hasBFloat16 = code.contains("bf16") || code.contains("amx")
        prefersBlocks = wanted ?? (InstructionSet.active == .amx && code.contains("amx"))
        blocks = hasBFloat16 ? BlockConvolution(library: library, scratch: scratch) : nil
    }

    public var name: String { "onednn" }

    public var details: String {
        let codes = MatrixPrecision.allCases.map { precision in
            let code = precision == .bfloat16 && !hasBFloat16 ? nil : try? library.product(Self.probe(precision)).get().name
            return "\(precision.rawValue) by \(code ?? portable.details)"
        }
        return "oneDNN \(OneDNNLibrary.version), " + codes.joined(separator: ", ")
    }

    /// A product of middling size, to learn what oneDNN would use.
    private static func probe(_ precision: MatrixPrecision) -> OneDNNLibrary.Key {
        key(MatrixProduct(rows: 64, columns: 64, depth: 64, precision: precision), rows: 64, columns: 64)
    }

    public func multiply(
        _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
        parallel: Parallel
    ) {
        guard product.rows > 0, product.columns > 0 else { return }
        guard product.depth > 0 else {
            if !product.accumulate { c.update(repeating: 0, count: product.rows * product.columns) }
            return
        }
        switch product.precision {
        case .float32: multiplyBlocks(product, a, b, stride: MemoryLayout<Float>.stride, c, parallel: parallel)
        case .bfloat16:
            if !hasBFloat16 { return portable.multiply(product, a, b, c, parallel: parallel) }
            let (aCount, bCount) = (product.rows * product.depth, product.depth * product.columns)
            scratch.withScratch(bytes: 2 * (aCount + bCount)) { space in
                let rounded = space.assumingMemoryBound(to: UInt16.self)
                round(a, aCount, b, bCount, into: rounded, parallel: parallel)
                multiplyBlocks(product, rounded, rounded + aCount, stride: MemoryLayout<UInt16>.stride, c, parallel: parallel)
            }
        }
    }

    /// Both operands as bfloat16, one after the other.
    private func round(
        _ a: UnsafePointer<Float>, _ aCount: Int, _ b: UnsafePointer<Float>, _ bCount: Int, into target: UnsafeMutablePointer<UInt16>,
        parallel: Parallel
    ) {
        nonisolated(unsafe) let (a, b, target) = (a, b, target)
        parallel.forEach(aCount + bCount, grain: 1 << 16) { range in
            let (left, right) = (range.clamped(to: 0..<aCount), range.clamped(to: aCount..<aCount + bCount))
            if !left.isEmpty { kernel.roundToBFloat16(a + left.lowerBound, count: left.count, into: target + left.lowerBound) }
            if !right.isEmpty { kernel.roundToBFloat16(b + right.lowerBound - aCount, count: right.count, into: target + right.lowerBound) }
        }
    }

    private func multiplyBlocks(
        _ product: MatrixProduct, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, stride: Int, _ c: UnsafeMutablePointer<Float>,
        parallel: Parallel
    ) {
        nonisolated(unsafe) let (a, b, c) = (a, b, c)
        let grid = BlockGrid(product, tileRows: 32, tileColumns: 64, threads: parallel.threads)
        parallel.forEach(grid.count) { blocks in
            for block in blocks {
                let (rows, columns) = (grid.rows(block), grid.columns(block))
                let key = Self.key(product, rows: rows.count, columns: columns.count)
                let code: OneDNNLibrary.Product
                switch library.product(key) {
                case .success(let known): code = known
                case .failure(let fault): fatalError("oneDNN cannot make a matrix product of \(key): \(fault)")
                }
                scratch.withScratch(bytes: code.scratchBytes) { space in
                    library.run(
                        code, a + rows.lowerBound * key.aRow * stride, b + columns.lowerBound * key.bColumn * stride,
                        c + rows.lowerBound * product.columns + columns.lowerBound, scratch: space)
                }
            }
        }
    }

    private static func key(_ product: MatrixProduct, rows: Int, columns: Int) -> OneDNNLibrary.Key {
        OneDNNLibrary.Key(
            rows: rows, columns: columns, depth: product.depth, aRow: product.transposeA ? 1 : product.depth,
            aDepth: product.transposeA ? product.rows : 1, bDepth: product.transposeB ? 1 : product.columns,
            bColumn: product.transposeB ? product.depth : 1, cRow: product.columns, accumulate: product.accumulate,
            bfloat16: product.precision == .bfloat16)
    }
}
#endif
