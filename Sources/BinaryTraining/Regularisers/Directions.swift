internal import BitCore
internal import DenseMath

/// Rows as directions, v̂ = v/‖v‖, and the way back of a gradient from their cosines. A row of zeros has no direction: it counts as zero, and gets none.
struct Directions {
    /// [N × p], of length 1 each.
    private(set) var units: Tensor
    private(set) var lengths: [Float] = []

    init(_ rows: Tensor) {
        units = rows
        let (count, width) = (rows.shape[0], rows.shape.count / rows.shape[0])
        var lengths: [Float] = []
        units.withUnsafeMutableElements { v in
            for row in 0..<count {
                var squares = 0.0
                for i in row * width..<(row + 1) * width { squares += Double(v[i]) * Double(v[i]) }
                let length = Float(squares.squareRoot())
                lengths.append(length)
                let factor = length > 1e-12 ? 1 / length : 0
                for i in row * width..<(row + 1) * width { v[i] *= factor }
            }
        }
        self.lengths = lengths
    }

    /// [N × N].
    func cosines(_ engine: any DenseEngine, _ parallel: Parallel) -> Tensor {
        engine.multiply(units, units, transposeB: true, parallel: parallel)
    }

    /// ∂/∂v given ∂/∂c, which is symmetric and stands for a pair in both its places: g = Σⱼ (∂/∂cᵢⱼ)·v̂ⱼ, less its part along v̂ᵢ, over ‖vᵢ‖.
    func gradient(_ slopes: Tensor, _ engine: any DenseEngine, _ parallel: Parallel) -> Tensor {
        let (count, width) = (units.shape[0], units.shape.count / units.shape[0])
        var result = engine.multiply(slopes, units, parallel: parallel)
        result.withUnsafeMutableElements { g in
            units.withUnsafeElements { u in
                for row in 0..<count {
                    let range = row * width..<(row + 1) * width
                    var along = 0.0
                    for i in range { along += Double(g[i]) * Double(u[i]) }
                    let factor = lengths[row] > 1e-12 ? 1 / lengths[row] : 0
                    for i in range { g[i] = factor * (g[i] - Float(along) * u[i]) }
                }
            }
        }
        return result
    }
}
