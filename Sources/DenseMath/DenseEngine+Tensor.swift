public import BitCore

extension DenseEngine {
    /// op(A)·op(B) of two matrices as a new tensor [rows × columns].
    ///
    /// - Parameters:
    ///   - a: [rows × depth], or [depth × rows] with `transposeA`.
    ///   - b: [depth × columns], or [columns × depth] with `transposeB`.
    /// - Precondition: both have two extents and their depths agree.
    public func multiply(
        _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, precision: MatrixPrecision = .float32,
        parallel: Parallel
    ) -> Tensor {
        let product = MatrixProduct(a.shape, b.shape, transposeA: transposeA, transposeB: transposeB, precision: precision)
        var result = Tensor(zeros: [product.rows, product.columns])
        perform(product, a, b, into: &result, parallel: parallel)
        return result
    }

    /// C = op(A)·op(B), or C += op(A)·op(B) with `accumulate`, in place.
    ///
    /// - Precondition: as above, and `result` is [rows × columns].
    public func multiply(
        _ a: Tensor, _ b: Tensor, into result: inout Tensor, transposeA: Bool = false, transposeB: Bool = false, accumulate: Bool = false,
        precision: MatrixPrecision = .float32, parallel: Parallel
    ) {
        let product = MatrixProduct(
            a.shape, b.shape, transposeA: transposeA, transposeB: transposeB, accumulate: accumulate, precision: precision)
        let expected = Shape([product.rows, product.columns])
        precondition(result.shape == expected, "a product of shape \(expected) does not fit into a tensor of shape \(result.shape)")
        perform(product, a, b, into: &result, parallel: parallel)
    }

    private func perform(_ product: MatrixProduct, _ a: Tensor, _ b: Tensor, into result: inout Tensor, parallel: Parallel) {
        a.withUnsafeElements { a in
            b.withUnsafeElements { b in
                result.withUnsafeMutableElements { c in
                    // A tensor's storage is never nil, even without elements.
                    guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
                    multiply(product, a, b, c, parallel: parallel)
                }
            }
        }
    }
}

extension MatrixProduct {
    /// The product of two matrices of the given shapes.
    /// - Precondition: both have two extents and their depths agree.
    public init(
        _ a: Shape, _ b: Shape, transposeA: Bool = false, transposeB: Bool = false, accumulate: Bool = false,
        precision: MatrixPrecision = .float32
    ) {
        let (left, right) = ("\(a)\(transposeA ? "ᵀ" : "")", "\(b)\(transposeB ? "ᵀ" : "")")
        precondition(a.rank == 2 && b.rank == 2, "a matrix product takes two matrices, not \(left) and \(right)")
        let depth = transposeA ? a[0] : a[1]
        precondition(depth == (transposeB ? b[1] : b[0]), "the depths of \(left) and \(right) do not agree")
        self.init(
            rows: transposeA ? a[1] : a[0], columns: transposeB ? b[0] : b[1], depth: depth, transposeA: transposeA,
            transposeB: transposeB, accumulate: accumulate, precision: precision)
    }
}
