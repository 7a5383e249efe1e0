/// Single flips downhill.
enum Descent {
    /// Flips spins that lower the energy, in the order of the variables, until none does. nil when the search was stopped.
    static func run(_ model: IntegerModel, from start: [Int8], monitor: SearchMonitor) -> (spins: [Int8], energy: Int64)? {
        var spins = start
        var fields = model.localFields(of: spins)
        var energy = model.integerEnergy(of: spins)
        var improved = true
        var made = 0
        while improved {
            improved = false
            for variable in 0..<model.variables {
                made += 1
                if made >= 100_000 {
                    guard monitor.poll(updates: made) else { return nil }
                    made = 0
                }
                let spin = Int32(spins[variable])
                guard spin &* fields[variable] > 0 else { continue }
                energy -= 2 * Int64(spin &* fields[variable])
                spins[variable] = Int8(-spin)
                for place in model.starts[variable]..<model.starts[variable + 1] {
                    fields[Int(model.neighbours[place])] &-= 2 &* spin &* model.weights[place]
                }
                improved = true
            }
        }
        return monitor.poll(updates: made) ? (spins, energy) : nil
    }
}
