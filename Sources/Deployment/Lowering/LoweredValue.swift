internal import BinaryInference
internal import BinaryNN
internal import BitCore

/// What a value of the network is in the lowered graph. Products are not yet nodes where one layer reads them: a threshold may flip rows of
/// the kernel, so they carry what is needed to make one.
enum LoweredValue {
    /// Bytes q that stand for (q − zeroPoint)·2^−shift, the result of node or input `id`.
    case bytes(id: Int, shape: Shape, zeroPoint: Int, shift: Int)
    case bits(id: Int, shape: Shape)
    case sums(LoweredSums)
    /// Float32 numbers, as the network computes them.
    case reals(id: Int, shape: Shape)

    /// For messages.
    var kind: String {
        switch self {
        case .bytes: "bytes"
        case .bits: "signs"
        case .sums(let sums): sums.steps.isEmpty ? "integer sums" : "a real function of integer sums"
        case .reals: "real numbers"
        }
    }

    var shape: Shape {
        switch self {
        case .bytes(_, let shape, _, _), .bits(_, let shape), .reals(_, let shape): shape
        case .sums(let sums): sums.result
        }
    }
}

/// A binary dense layer or convolution, not yet a node.
struct LoweredProduct {
    enum Form {
        case dense
        /// `outside` is what bytes beyond the border are.
        case convolution(ConvolutionGeometry, outside: Int)
    }

    /// The layer's name, which names the node.
    var name: String
    /// The value that the kernel multiplies.
    var source: Int
    /// [outputs × depth].
    var kernel: PackedTensor
    var form: Form
    var isByte: Bool
    var zeroPoint: Int

    var operation: InferenceModel.Operation {
        switch (form, isByte) {
        case (.dense, true): .byteDense(kernel: kernel)
        case (.dense, false): .binaryDense(kernel: kernel)
        case (.convolution(let geometry, let outside), true): .byteConvolution(kernel: kernel, geometry: geometry, outside: outside)
        case (.convolution(let geometry, _), false): .binaryConvolution(kernel: kernel, geometry: geometry)
        }
    }

    /// zeroPoint·Σ w of each row: what the raw sum Σ w·q exceeds the centred one by, at every position: values outside the image are raw too.
    var offsets: [Int] {
        guard isByte, zeroPoint != 0 else { return Array(repeating: 0, count: kernel.shape.rows) }
        let stride = kernel.wordsPerRow
        return kernel.withUnsafeWords { words in
            (0..<kernel.shape.rows).map { row in
                let plus = words[row * stride..<(row + 1) * stride].reduce(0) { $0 + $1.nonzeroBitCount }
                return zeroPoint * (2 * plus - kernel.shape.columns)
            }
        }
    }

    /// Turns every sign of the chosen rows. A sum is linear in its row, whatever stands in the image or beyond its border: −w gives −z with
    /// every padding, since a tap outside reads the same value (+1, 0, the nearest pixel) before and after.
    mutating func flipRows(where isFlipped: (Int) -> Bool) {
        let (rows, stride, tail) = (kernel.shape.rows, kernel.wordsPerRow, kernel.shape.columns % 64)
        let lastMask: UInt64 = tail == 0 ? ~0 : (1 << UInt64(tail)) - 1
        kernel.withUnsafeMutableWords { words in
            for row in 0..<rows where isFlipped(row) {
                for word in 0..<stride { words[row * stride + word] ^= word == stride - 1 ? lastMask : ~0 }
            }
        }
    }
}

/// A real function of integer sums z, channel by channel: x = z·2^−shift and then the steps.
struct LoweredSums {
    enum Source {
        case product(LoweredProduct)
        case node(Int)
    }

    enum Step {
        /// a·x + b by channel, rounded after the product and after the sum.
        case affine(a: [Float], b: [Float])
        case maxPool(WindowGeometry, name: String)
    }

    var source: Source
    /// Of an item of z.
    var shape: Shape
    /// What the integers of the node exceed z by, channel by channel.
    var offsets: [Int]
    /// |z| stays within this.
    var bound: Int
    var shift: Int
    var steps: [Step] = []
    /// Set when the last step is an output layer's.
    var grid: ScoreGrid?
    /// The network sees a vector where `shape` is that of an image.
    var isFlat = false

    var channels: Int { shape.columns }

    /// Shape of an item of the result.
    var result: Shape {
        var shape = shape
        for case .maxPool(let geometry, _) in steps { shape = [geometry.height, geometry.width, geometry.image[2]] }
        return isFlat ? [shape.count] : shape
    }

    /// The function of channel c, without its pools, in the network's own arithmetic.
    func value(_ c: Int, _ z: Int) -> Float {
        var x = Float(z) * Float(sign: .plus, exponent: -shift, significand: 1)
        for case .affine(let a, let b) in steps { x = a[c] * x + b[c] }
        return x
    }

    /// False where the steps from `first` on, taken together, fall: an odd number of negative slopes.
    func rises(_ c: Int, from first: Int = 0) -> Bool {
        var rises = true
        for case .affine(let a, _) in steps[first...] where a[c] < 0 { rises.toggle() }
        return rises
    }
}

enum ThresholdRange: Equatable {
    case always, never
    case from(Int)
}

/// The smallest integer z in −bound…bound for which a condition holds that, once true, stays true as z grows.
///
/// The condition is `f(z) >= 0` with f the network's own Float32 function, which never falls (or, turned round, never rises): a product with
/// a constant, a sum with a constant and rounding are monotone, and so is one after the other. A binary search over the function itself
/// finds the exact place; no formula whose rounding could differ from the function's comes in.
func smallestTrue(bound: Int, _ holds: (Int) -> Bool) -> ThresholdRange {
    if holds(-bound) { return .always }
    guard holds(bound) else { return .never }
    var (below, from) = (-bound, bound)
    while from - below > 1 {
        let middle = below + (from - below) / 2
        if holds(middle) { from = middle } else { below = middle }
    }
    return .from(from)
}
