public import BitCore

/// Dense products in the project's own C: always there, the oracle of the other engines.
///
/// Rows and columns of the result are cut into one block a thread. No element depends on the cut, so results are the same for every
/// number of threads; between instruction sets they differ by float32 rounding order.
public struct PortableEngine: DenseEngine {
    private let kernel: DenseProductKernel
    private let scratch: ScratchPool
    let convolution: PatchConvolution

    /// - Precondition: the machine supports the instruction set.
    public init(_ instructionSet: InstructionSet = .active) {
        self.init(kernel: DenseProductKernel(instructionSet), patches: PatchKernel(instructionSet))
    }

    package init(kernel: DenseProductKernel, patches: PatchKernel? = nil) {
        self.kernel = kernel
        scratch = ScratchPool()
        convolution = PatchConvolution(kernel: patches ?? PatchKernel(.active), scratch: scratch)
    }

    public var name: String { "portable" }
    public var details: String { "own C kernels, \(kernel.name)" }

    public func multiply(
        _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
        parallel: Parallel
    ) {
        let (rows, columns, depth) = (product.rows, product.columns, product.depth)
        guard rows > 0, columns > 0 else { return }
        let a = DenseProductKernel.Operand(a, row: product.transposeA ? 1 : depth, column: product.transposeA ? rows : 1)
        let b = DenseProductKernel.Operand(b, row: product.transposeB ? 1 : columns, column: product.transposeB ? depth : 1)
        nonisolated(unsafe) let c = c
        let grid = BlockGrid(product, tileRows: kernel.tileRows, tileColumns: kernel.tileColumns, threads: parallel.threads)
        parallel.forEach(grid.count) { blocks in
            scratch.withScratch(bytes: kernel.scratchBytes) { space in
                for block in blocks {
                    kernel.multiply(
                        a, b, into: c, stride: columns, rows: grid.rows(block), columns: grid.columns(block), depth: depth,
                        accumulate: product.accumulate, rounded: product.precision == .bfloat16, scratch: space)
                }
            }
        }
    }
}
