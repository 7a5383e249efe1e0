internal import BitCore

/// One replica and its local fields: Metropolis sweeps in plain Swift, for the samplers whose work is elsewhere, and as a reference.
struct SingleFlip: Sendable {
    private(set) var spins: [Int8]
    private(set) var fields: [Int32]
    private(set) var energy: Int64

    init(_ model: IntegerModel, spins: [Int8], energy: Int64) {
        self.spins = spins
        self.energy = energy
        fields = model.localFields(of: spins)
    }

    init(_ model: IntegerModel, randomly generator: inout SeededGenerator) {
        let spins: [Int8] = (0..<model.variables).map { _ in generator.next() >> 63 == 0 ? 1 : -1 }
        self.init(model, spins: spins, energy: model.integerEnergy(of: spins))
    }

    /// Root mean square of the local fields of random spins: √(mean over i of hᵢ² + Σⱼ Jᵢⱼ²).
    static func fieldDeviation(_ model: IntegerModel) -> Double {
        var sum = 0.0
        for field in model.fields { sum += Double(field) * Double(field) }
        for weight in model.weights { sum += Double(weight) * Double(weight) }
        return model.variables == 0 ? 0 : (sum / Double(model.variables)).squareRoot()
    }

    mutating func flip(_ model: IntegerModel, _ variable: Int) {
        let twice = 2 * Int32(spins[variable])
        energy -= Int64(twice) * Int64(fields[variable])
        spins[variable] = -spins[variable]
        let range = model.starts[variable]..<model.starts[variable + 1]
        model.neighbours.withUnsafeBufferPointer { neighbours in
            model.weights.withUnsafeBufferPointer { weights in
                fields.withUnsafeMutableBufferPointer { fields in
                    for place in range { fields[Int(neighbours[place])] &-= twice &* weights[place] }
                }
            }
        }
    }

    /// One Metropolis sweep, variables in order. False when the search was stopped in it.
    mutating func sweep(_ model: IntegerModel, beta: Double, _ generator: inout SeededGenerator, _ monitor: SearchMonitor) -> Bool {
        var made = 0
        for variable in 0..<model.variables {
            made += 1
            if made == 16_384 {
                guard monitor.poll(updates: made) else { return false }
                made = 0
            }
            // ΔE = −2·s·field; accepted with probability min(1, exp(−β·ΔE)).
            let rise = -2 * Double(spins[variable]) * Double(fields[variable]) * beta
            if rise > 0 {
                guard rise < 40 else { continue }
                guard Double(generator.next() >> 11) * 0x1p-53 < PortableMath.exp(-rise) else { continue }
            }
            flip(model, variable)
        }
        return monitor.poll(updates: made)
    }
}

/// Functions that are the same on every machine: those of mathematical libraries differ in their last bits, and an acceptance that differs once
/// gives other samples.
enum PortableMath {
    /// e^x to about 14 digits; 0 below −708.
    static func exp(_ x: Double) -> Double {
        guard x > -708 else { return 0 }
        let whole = (x * 1.4426950408889634).rounded()
        // ln 2 in two parts, the first with few bits, so that the product is exact.
        let rest = x - whole * 0.693359375 - whole * -2.1219444005469058e-4
        var (term, sum) = (1.0, 1.0)
        for k in 1...14 {
            term *= rest / Double(k)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: sum)
    }
}
