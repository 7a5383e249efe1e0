import BinaryNN
import BinaryTraining
import BitCore
import Datasets
import DenseMath
import Foundation
import Testing

/// Gradients beside finite differences of a plain loop in Double, and signs beside popcounts.
@Suite struct HypersphericalEnergyTests {
    static let context = ExecutionContext(engine: PortableEngine())

    static func rows(_ count: Int, _ depth: Int, seed: UInt64) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        return Tensor((0..<count * depth).map { _ in generator.normal() }, shape: [count, depth])
    }

    /// The energy as its definition has it.
    static func reference(_ energy: HypersphericalEnergy, _ rows: [[Double]], _ projections: [[[Double]]]) -> Double {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        func rho(_ c: Double) -> Double {
            let q = max(2 - 2 * c, 0) + 1e-4
            return energy.power == 0 ? -0.5 * log(q) : pow(q, -energy.power / 2)
        }
        func one(_ rows: [[Double]]) -> Double {
            let units = rows.map { row in row.map { $0 / dot(row, row).squareRoot() } }
            var (sum, pairs) = (0.0, 0.0)
            for i in units.indices {
                for j in 0..<i {
                    let c = dot(units[i], units[j])
                    sum += energy.halfSpace ? (rho(c) + rho(-c)) / 2 : rho(c)
                    pairs += 1
                }
            }
            return sum / pairs
        }
        guard !projections.isEmpty else { return one(rows) }
        return projections.reduce(0) { sum, p in sum + one(rows.map { row in p.map { dot($0, row) } }) } / Double(projections.count)
    }

    static func lines(_ tensor: Tensor) -> [[Double]] {
        (0..<tensor.shape[0]).map { row in tensor.elements[row * tensor.shape[1]..<(row + 1) * tensor.shape[1]].map(Double.init) }
    }

    @Test(arguments: [HypersphericalEnergy.Form.plain, .random, .angle, .adversarial], [0, 1, 2, 3.5])
    func gradientsAreThoseOfFiniteDifferences(_ form: HypersphericalEnergy.Form, _ power: Double) {
        for halfSpace in [true, false] { compare(form, power, halfSpace) }
    }

    private func compare(_ form: HypersphericalEnergy.Form, _ power: Double, _ halfSpace: Bool) {
        let energy = HypersphericalEnergy(form, power: power, halfSpace: halfSpace, dimensions: 5, projections: 3, steps: 3, rate: 0.01)
        let rows = Self.rows(6, 11, seed: 3)
        let projections = energy.projections(for: rows, SeededGenerator(seed: 7), Self.context)
        #expect(projections.count == [.plain: 0, .random: 3][form] ?? 1)
        let result = energy.evaluate(rows, projections: projections, Self.context)
        let (plain, matrices) = (Self.lines(rows), projections.map(Self.lines))
        #expect(abs(result.energy / Self.reference(energy, plain, matrices) - 1) < 1e-4)
        let gradient = result.gradient.elements
        let scale = Double(gradient.map(abs).max() ?? 0)
        for i in 0..<6 {
            for k in 0..<11 {
                var (up, down) = (plain, plain)
                up[i][k] += 1e-5
                down[i][k] -= 1e-5
                let slope = (Self.reference(energy, up, matrices) - Self.reference(energy, down, matrices)) / 2e-5
                #expect(abs(Double(gradient[i * 11 + k]) - slope) < 1e-3 * scale, "row \(i), weight \(k)")
            }
        }
    }

    @Test(arguments: [0, 1, 2, 3], [true, false])
    func signsAreCountedByPopcounts(_ power: Double, _ halfSpace: Bool) {
        let energy = HypersphericalEnergy(.hamming, power: power, halfSpace: halfSpace)
        let packed = Self.context.kernels.packSigns(Self.rows(9, 130, seed: 5), parallel: .serial)
        let rows = Self.context.kernels.unpackSigns(packed, parallel: .serial)
        let result = energy.evaluate(signs: rows, Self.context)
        #expect(abs(energy.energy(of: packed) / Self.reference(energy, Self.lines(rows), []) - 1) < 1e-9)
        #expect(abs(result.energy / energy.energy(of: packed) - 1) < 1e-5)
        // As if signs were reals on a sphere of fixed radius: the difference along one weight, at the same length.
        let plain = Self.lines(rows)
        func free(_ rows: [[Double]]) -> Double {
            var (sum, pairs) = (0.0, 0.0)
            for i in rows.indices {
                for j in 0..<i {
                    let c = zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 } / 130
                    func rho(_ c: Double) -> Double {
                        let q = max(2 - 2 * c, 0) + 1e-4
                        return power == 0 ? -0.5 * log(q) : pow(q, -power / 2)
                    }
                    sum += halfSpace ? (rho(c) + rho(-c)) / 2 : rho(c)
                    pairs += 1
                }
            }
            return sum / pairs
        }
        let scale = Double(result.gradient.elements.map(abs).max() ?? 0)
        for k in [0, 64, 129] {
            var (up, down) = (plain, plain)
            up[4][k] += 1e-4
            down[4][k] -= 1e-4
            #expect(abs(Double(result.gradient.elements[4 * 130 + k]) - (free(up) - free(down)) / 2e-4) < 1e-3 * scale)
        }
    }

    @Test func knownByHand() {
        // Orthogonal rows: 2 − 2c = 2 both ways. Equal rows: ε on one side, 4 on the other.
        let full = HypersphericalEnergy(.plain, halfSpace: false)
        let half = HypersphericalEnergy(.plain)
        let orthogonal = Tensor([2, 0, 0, 3], shape: [2, 2])
        let equal = Tensor([2, 1, 4, 2], shape: [2, 2])
        func value(_ energy: HypersphericalEnergy, _ rows: Tensor) -> Double { energy.energy(of: rows, engine: PortableEngine(), parallel: .serial) }
        #expect(abs(value(full, orthogonal) - 1 / 2.0001) < 1e-6 && abs(value(half, orthogonal) - 1 / 2.0001) < 1e-6)
        #expect(abs(value(full, equal) / 1e4 - 1) < 0.01)
        #expect(abs(value(half, equal) / 5e3 - 1) < 0.01)
        // A single row, and rows of zeros, have none to be near to.
        #expect(full.evaluate(Tensor([1, 2], shape: [1, 2]), projections: [], Self.context).energy == 0)
        #expect(full.evaluate(Tensor(zeros: [2, 2]), projections: [], Self.context).gradient.elements.allSatisfy { $0 == 0 })
    }

    @Test func adversarialProjectionsAreWorseAndAnglesNearer() {
        let rows = Self.rows(24, 64, seed: 11)
        func energy(_ form: HypersphericalEnergy.Form, steps: Int) -> (HypersphericalEnergy, [Tensor]) {
            let energy = HypersphericalEnergy(form, dimensions: 16, steps: steps)
            return (energy, energy.projections(for: rows, SeededGenerator(seed: 2), Self.context))
        }
        let (still, before) = energy(.adversarial, steps: 0)
        let (_, after) = energy(.adversarial, steps: 10)
        #expect(
            still.evaluate(rows, projections: after, Self.context).energy > 1.05 * still.evaluate(rows, projections: before, Self.context).energy)
        func distortion(_ projection: Tensor) -> Double {
            let projected = Self.context.engine.multiply(rows, projection, transposeB: true, parallel: .serial)
            func cosines(_ x: [[Double]]) -> [Double] {
                x.flatMap { a in
                    x.map { b in
                        let dots = [zip(a, b), zip(a, a), zip(b, b)].map { $0.reduce(0) { $0 + $1.0 * $1.1 } }
                        return dots[0] / (dots[1] * dots[2]).squareRoot()
                    }
                }
            }
            return zip(cosines(Self.lines(rows)), cosines(Self.lines(projected))).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        #expect(distortion(energy(.angle, steps: 10).1[0]) < 0.9 * distortion(energy(.angle, steps: 0).1[0]))
    }

    /// Descent along the gradient drives rows apart.
    @Test(arguments: HypersphericalEnergy.Form.allCases)
    func descentLowersTheEnergy(_ form: HypersphericalEnergy.Form) throws {
        var builder = NetworkBuilder(input: Signal([48], .sign))
        try builder.add(Dense(12, kernel: .latentBinary), named: "dense")
        let network = builder.build()
        var options = TrainingOptions(epochs: 1, encoding: .binarised(threshold: 128))
        options.energy = HypersphericalEnergy(form, dimensions: 8, projections: 4)
        let round = try JSONDecoder().decode(TrainingOptions.self, from: JSONEncoder().encode(options))
        #expect(round == options)
        let parameters = network.makeParameters(SeededGenerator(seed: 1))
        let id = try #require(parameters.id(named: "dense.kernel"))
        let all = HypersphericalEnergy(form == .hamming ? .hamming : .plain)
        func energy(_ values: [Float]) -> Double {
            let rows = Tensor(values, shape: [12, 48])
            return form == .hamming
                ? all.energy(of: Self.context.kernels.packSigns(rows, parallel: .serial)) : all.energy(of: rows, engine: PortableEngine(), parallel: .serial)
        }
        var values = parameters.reals(id)
        let before = energy(values)
        for _ in 0..<60 {
            let rows = Tensor(values, shape: [12, 48])
            let gradient: [Float]
            if form == .hamming {
                let signs = Tensor(values.map { $0 >= 0 ? 1 : -1 }, shape: [12, 48])
                gradient = all.evaluate(signs: signs, Self.context).gradient.elements
            } else if let own = options.energy {
                gradient = own.evaluate(rows, projections: own.projections(for: rows, SeededGenerator(seed: 4), Self.context), Self.context).gradient.elements
            } else {
                gradient = []
            }
            let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for i in values.indices { values[i] -= 0.05 * gradient[i] / max(length, 1e-20) }
        }
        #expect(energy(values) < before)
    }
}
