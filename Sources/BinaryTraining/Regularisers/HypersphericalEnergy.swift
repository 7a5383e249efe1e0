public import BitCore
public import DenseMath
internal import Foundation

/// Minimum hyperspherical energy (Liu et al., NeurIPS 2018, arXiv 1805.09298) in its compressive form (CoMHE: Lin et al., CVPR 2020, arXiv 1906.04892):
/// a term that drives the rows of a kernel apart on the sphere. With ŵ = w/‖w‖ and c = ŵᵢ·ŵⱼ it is the mean over pairs of
///
///     ρ(c) = (2 − 2c + ε)^(−s/2),   or −½ log(2 − 2c + ε) for s = 0,   ε = 10⁻⁴,
///
/// 2 − 2c being the squared distance; in the half space of (ρ(c) + ρ(−c))/2, so that opposite rows, which carry the same information, repel each other too.
/// Compressive forms take rows P·w in place of w, with P of `dimensions` rows.
public struct HypersphericalEnergy: Sendable, Hashable, Codable {
    /// Which rows are driven apart.
    public enum Form: String, Sendable, Hashable, Codable, CaseIterable {
        /// The rows themselves.
        case plain
        /// Rows projected by matrices of normal numbers that stay the same through the run; the mean over `projections` of them.
        case random
        /// By a matrix that begins as those and is moved `steps` times so that angles between projected rows come near the angles between rows.
        case angle
        /// By a matrix that begins as those and is moved `steps` times so that the energy grows: the projection in which the rows lie worst.
        case adversarial
        /// The signs of the rows: c = 1 − 2·(Hamming distance)/d. The gradient passes to latent weights within [−1, 1].
        case hamming
    }

    public var form: Form
    /// What the term is multiplied by; one kernel counts as much as another.
    public var weight: Double
    /// s.
    public var power: Double
    public var halfSpace: Bool
    /// Rows of P.
    public var dimensions: Int
    /// Matrices that the random form takes the mean over.
    public var projections: Int
    /// Moves of P in a step of training. They begin anew in every step, so that a resumed run does what the unbroken one would have done.
    public var steps: Int
    /// Length of a move over the length of P.
    public var rate: Double

    public init(
        _ form: Form, weight: Double = 1, power: Double = 2, halfSpace: Bool = true, dimensions: Int = 30, projections: Int = 20, steps: Int = 10,
        rate: Double = 0.05
    ) {
        (self.form, self.weight, self.power, self.halfSpace) = (form, weight, power, halfSpace)
        (self.dimensions, self.projections, self.steps, self.rate) = (dimensions, projections, steps, rate)
    }

    static let margin = 1e-4

    /// ρ and its derivative by c.
    func repulsion(_ c: Double) -> (value: Double, slope: Double) {
        guard halfSpace else { return single(c) }
        let (a, b) = (single(c), single(-c))
        return ((a.value + b.value) / 2, (a.slope - b.slope) / 2)
    }

    private func single(_ c: Double) -> (value: Double, slope: Double) {
        let q = Swift.max(2 - 2 * c, 0) + Self.margin
        if power == 2 { return (1 / q, 2 / (q * q)) }
        if power == 0 { return (-0.5 * log(q), 1 / q) }
        let value = pow(q, -power / 2)
        return (value, power * value / q)
    }

    /// The mean over pairs of a matrix of cosines [N × N], and its derivative by each of them; zero on the diagonal.
    func energy(_ cosines: Tensor) -> (value: Double, slopes: Tensor) {
        let count = cosines.shape[0]
        var slopes = Tensor(zeros: cosines.shape)
        guard count > 1 else { return (0, slopes) }
        let pairs = Double(count * (count - 1) / 2)
        var sum = 0.0
        slopes.withUnsafeMutableElements { slopes in
            cosines.withUnsafeElements { c in
                for i in 0..<count {
                    for j in i + 1..<count {
                        let (value, slope) = repulsion(Double(c[i * count + j]))
                        sum += value
                        slopes[i * count + j] = Float(slope / pairs)
                        slopes[j * count + i] = slopes[i * count + j]
                    }
                }
            }
        }
        return (sum / pairs, slopes)
    }

    /// The energy of signs by popcounts: c = 1 − 2·popcount(aᵢ xor aⱼ)/d.
    /// - Parameter rows: [N × d].
    public func energy(of rows: PackedTensor) -> Double {
        let (count, depth, words) = (rows.shape.rows, rows.shape.columns, rows.wordsPerRow)
        guard count > 1 else { return 0 }
        // There are d + 1 distances, and as many values.
        let values = (0...depth).map { repulsion(1 - 2 * Double($0) / Double(depth)).value }
        var sum = 0.0
        rows.withUnsafeWords { bits in
            for i in 0..<count {
                for j in i + 1..<count {
                    var distance = 0
                    for word in 0..<words { distance += (bits[i * words + word] ^ bits[j * words + word]).nonzeroBitCount }
                    sum += values[distance]
                }
            }
        }
        return sum / Double(count * (count - 1) / 2)
    }

    /// The energy of reals, without a projection.
    /// - Parameter rows: [N × d].
    public func energy(of rows: Tensor, engine: any DenseEngine, parallel: Parallel) -> Double {
        energy(Directions(rows).cosines(engine, parallel)).value
    }
}
