internal import CKernels

/// A float matrix product in C: one variant of `sf_dense_product.h`. The portable dense engine is built on it; it stands here because
/// this module alone sees the kernels.
package struct DenseProductKernel: Sendable {
    /// The instruction set with its extensions: `avx512`, `avx512+bf16`.
    package let name: String
    /// What a register tile covers: the unit in which work is cut.
    package let tileRows: Int
    package let tileColumns: Int
    /// Working space of one call.
    package let scratchBytes: Int
    private let float32: sf_dense_product_fn
    private let bfloat16: sf_dense_product_fn
    private let round: sf_bfloat16_round_fn

    /// The best variant that the instruction set allows on this machine.
    /// - Precondition: the machine supports the set.
    package init(_ instructionSet: InstructionSet) {
        precondition(InstructionSet.supported.contains(instructionSet), "this machine has no \(instructionSet.rawValue)")
        self.init(sf_dense_product_select(instructionSet.level).pointee)
    }

    private init(_ row: sf_dense_product) {
        name = String(cString: row.name)
        (tileRows, tileColumns, scratchBytes) = (row.tile_rows, row.tile_columns, row.scratch_bytes)
        (float32, bfloat16, round) = (row.f32, row.bf16, row.round)
    }

    /// Every variant that this machine runs, best first, the reference last.
    package static let runnable: [DenseProductKernel] = {
        let rows = sequence(first: 0) { $0 + 1 }.lazy.map { sf_dense_product_variant($0) }.prefix { $0 != nil }
        return rows.compactMap { $0?.pointee }.filter { sf_isa_supported($0.isa) != 0 && $0.runs() != 0 }.map { DenseProductKernel($0) }
    }()

    /// One operand: element (outer, inner) stands at `base[outer·row + inner·column]`, and one of the strides is 1.
    package struct Operand: @unchecked Sendable {
        // Sendable: only read, while the call that made it lasts.
        let base: UnsafePointer<Float>
        let row: Int
        let column: Int

        package init(_ base: UnsafePointer<Float>, row: Int, column: Int) {
            self.base = base
            self.row = row
            self.column = column
        }
    }

    /// c[i][j] (+)= Σ_k a(i,k)·b(k,j) for the given rows and columns of a row-major c. No element depends on how the rows and columns
    /// are cut into calls. `rounded`: operands are rounded to bfloat16 first.
    /// `scratch`: `scratchBytes` bytes, aligned to 64, that no other call uses meanwhile.
    package func multiply(
        _ a: Operand, _ b: Operand, into c: UnsafeMutablePointer<Float>, stride: Int, rows: Range<Int>, columns: Range<Int>, depth: Int,
        accumulate: Bool, rounded: Bool, scratch: UnsafeMutableRawPointer
    ) {
        guard !rows.isEmpty, !columns.isEmpty else { return }
        var operands = sf_dense_operands(
            a: a.base + rows.lowerBound * a.row, a_row: a.row, a_depth: a.column,
            b: b.base + columns.lowerBound * b.column, b_depth: b.row, b_column: b.column,
            c: c + rows.lowerBound * stride + columns.lowerBound, c_row: stride,
            rows: rows.count, columns: columns.count, depth: depth, accumulate: accumulate ? 1 : 0)
        (rounded ? bfloat16 : float32)(&operands, scratch)
    }

    /// Rounds to bfloat16: nearest, ties to even; subnormal numbers may become 0.
    package func roundToBFloat16(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<UInt16>) {
        round(source, count, target)
    }
}
