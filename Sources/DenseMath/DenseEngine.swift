public import BitCore

/// How the operands of a product are held while they are multiplied. Sums are float32 in both. An engine may be more exact than it is asked to be: where
/// bfloat16 gains nothing, or where one operand is signs and sums of 16-bit integers do better (`Documentation/Design/tables.md`).
public enum MatrixPrecision: String, Sendable, CaseIterable, Codable {
    case float32
    /// Operands rounded to bfloat16 (nearest, ties to even): 8 bits of mantissa. ±1 operands are exact.
    case bfloat16
}

/// C = op(A)·op(B), or C += op(A)·op(B). All matrices are row-major and dense: op(A) is rows×depth, op(B) is depth×columns.
public struct MatrixProduct: Sendable, Hashable {
    public var rows: Int
    public var columns: Int
    public var depth: Int
    /// A is stored depth×rows.
    public var transposeA: Bool
    /// B is stored columns×depth, as kernels are.
    public var transposeB: Bool
    /// Add to C instead of overwriting it.
    public var accumulate: Bool
    public var precision: MatrixPrecision

    public init(
        rows: Int, columns: Int, depth: Int, transposeA: Bool = false, transposeB: Bool = false, accumulate: Bool = false,
        precision: MatrixPrecision = .float32
    ) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.accumulate = accumulate
        self.precision = precision
    }

    /// Multiply-accumulates of the product.
    public var multiplyAccumulates: Int { rows * columns * depth }
}

/// Dense real arithmetic behind one door. Engines give the same sums up to float32 rounding order, and exactly the same in float32 where every
/// partial sum is an integer below 2^24, as with ±1 operands, and so in forward products in bfloat16 when it holds the operands. One engine with
/// one thread count is deterministic.
public protocol DenseEngine: Sendable {
    /// The name that `--engine` takes: `portable`, `onednn`.
    var name: String { get }
    /// What does the work, for logs: library, version, instruction set.
    var details: String { get }

    /// Performs one product. Sizes of 0 are allowed: an empty depth gives zeros (or leaves C as it is when accumulating).
    func multiply(
        _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, parallel: Parallel)

    /// z = image ∗ kernel: z[n][y][x][o] = Σ_{i,j,c} w[o][i][j][c] · image under the window, [batch × height' × width' × outputs]. What lies
    /// outside the image is the padding's: 0, +1 or the nearest pixel. Overwrites z.
    /// - Parameters:
    ///   - image: [batch × height × width × channels].
    ///   - kernel: OHWI.
    func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, kernel: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel)

    /// dx[n][pixel][c] = Σ over every (y, x, o, i, j) whose window has tap (i, j) on that pixel, of dz[n][y][x][o]·w[o][i][j][c]. What falls
    /// outside the image is dropped, or with `.replicate` added to the border pixel it was read from. Overwrites dx.
    func convolveImageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, kernel: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel)

    /// dw[o][i][j][c] = Σ over n, y, x of dz[n][y][x][o] · the image under tap (i, j), padding included. Overwrites dw.
    func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel)
}
