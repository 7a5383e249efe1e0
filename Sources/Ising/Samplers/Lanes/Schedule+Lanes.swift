extension Schedule {
    /// For engines with many replicas: from 0.8 to 0.125 times the root mean square σ of the local fields of random spins, in equal steps of the
    /// temperature. Measured on random graphs, planar ones and tori: steps of β, hotter beginnings and colder ends all left replicas with more
    /// energy after the same sweeps. Below 0.125 σ little moves, and the descent at the end finds it.
    package static func lanes(_ model: IntegerModel) -> Schedule {
        let automatic = Schedule.automatic(model)
        // Both are inverse temperatures: `automatic` begins at 0.6 σ and ends at 0.06 σ.
        return Schedule(hot: automatic.hot * 0.6 / 0.8, cold: automatic.cold * 0.06 / 0.125)
    }
}
