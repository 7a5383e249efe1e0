import Foundation
import Profiling
import Testing

@Suite struct EnergySensitivityTests {
    /// The extremes are at corners of the box; here all corners are tried.
    @Test func extremesAreThoseOfAllCorners() throws {
        let a = EnergyFixtures.residual
        let b = Workload(
            model: "other", inputElements: 4, inputBits: 32,
            steps: [
                .init(
                    "a", kind: "Dense", .gathering, inputs: [0], operations: .init([.realMAC: 10, .realAdd: 7]), weightBits: 700, outputElements: 9,
                    outputBits: 32),
                .init("b", kind: "Dense", .gathering, inputs: [1], operations: .init([.binaryMAC: 300]), weightBits: 9, outputElements: 4, outputBits: 32),
            ])
        let (one, two) = (
            try EnergyEstimate(a, EnergyFixtures.table, EnergyFixtures.memory), try EnergyEstimate(b, EnergyFixtures.table, EnergyFixtures.memory)
        )
        let result = EnergySensitivity(one, two)
        #expect(abs(result.ratio - two.totalMicrojoules / one.totalMicrojoules) < 1e-12)
        let used = one.terms.indices.filter { one.terms[$0].count > 0 || two.terms[$0].count > 0 }
        var (least, greatest) = (Double.infinity, 0.0)
        for corner in 0..<1 << used.count {
            var (x, y) = (0.0, 0.0)
            for (place, index) in used.enumerated() {
                let constant = corner >> place & 1 == 1 ? one.terms[index].upper : one.terms[index].lower
                x += Double(one.terms[index].count) * constant
                y += Double(two.terms[index].count) * constant
            }
            (least, greatest) = (min(least, y / x), max(greatest, y / x))
        }
        #expect(abs(result.ratioLower / least - 1) < 1e-12)
        #expect(abs(result.ratioUpper / greatest - 1) < 1e-12)
        #expect(result.survives == (least > 1 || greatest < 1))
        #expect(result.singles.allSatisfy { $0.atLower >= least - 1e-12 && $0.atUpper <= greatest + 1e-12 })
    }

    @Test func aModelBesideItselfIsAlwaysEqual() throws {
        let estimate = try EnergyEstimate(EnergyFixtures.residual, EnergyFixtures.table, EnergyFixtures.memory)
        let result = EnergySensitivity(estimate, estimate)
        #expect(result.ratio == 1 && result.ratioLower == 1 && result.ratioUpper == 1 && !result.survives)
        #expect(estimate.interval.contains(estimate.totalMicrojoules))
    }
}

/// Counters in a folder that looks like the system's.
@Suite struct EnergyCounterTests {
    @discardableResult
    static func withCounters<Result>(_ values: [String: (energy: String, range: String)], _ body: (String) throws -> Result) throws -> Result {
        let root = FileManager.default.temporaryDirectory.appending(path: "spinflip-powercap-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (zone, value) in values {
            let folder = root.appending(path: zone)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("\(value.energy)\n".utf8).write(to: folder.appending(path: "energy_uj"))
            try Data("\(value.range)\n".utf8).write(to: folder.appending(path: "max_energy_range_uj"))
            try Data("package-\(zone.suffix(1))\n".utf8).write(to: folder.appending(path: "name"))
        }
        return try body(root.path)
    }

    static func set(_ root: String, _ zone: String, _ value: Int) throws { try Data("\(value)\n".utf8).write(to: URL(filePath: "\(root)/\(zone)/energy_uj")) }

    @Test func packagesAreSummedAndPartsAreNot() throws {
        try Self.withCounters(["intel-rapl:0": ("100", "1000"), "intel-rapl:1": ("50", "1000"), "intel-rapl:0:0": ("7", "1000"), "dtpm": ("1", "2")]) { root in
            let counter = try EnergyCounter(root: root)
            #expect(counter.names == ["package-0", "package-1"])
            let start = try counter.read()
            try Self.set(root, "intel-rapl:0", 130)
            try Self.set(root, "intel-rapl:1", 55)
            try Self.set(root, "intel-rapl:0:0", 900)
            #expect(counter.microjoules(from: start, to: try counter.read()) == 35)
        }
    }

    @Test func aCounterThatBeganAgain() throws {
        try Self.withCounters(["intel-rapl:0": ("990", "999")]) { root in
            let counter = try EnergyCounter(root: root)
            let start = try counter.read()
            try Self.set(root, "intel-rapl:0", 4)
            // 990 … 999 is nine steps, then one to 0, then four.
            #expect(counter.microjoules(from: start, to: try counter.read()) == 14)
        }
    }

    @Test func absenceIsSaid() throws {
        #expect(throws: EnergyCounter.Absence.none("/nowhere")) { try EnergyCounter(root: "/nowhere") }
        try Self.withCounters(["intel-rapl:0": ("many", "1000")]) { root in
            #expect(throws: EnergyCounter.Absence.unreadable("\(root)/intel-rapl:0/energy_uj")) { try EnergyCounter(root: root) }
        }
    }
}
