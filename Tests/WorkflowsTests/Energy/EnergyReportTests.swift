import BinaryInference
import Foundation
import Profiling
import Testing
import Workflows

@Suite struct EnergyReportTests {
    static func request(_ model: String) -> EnergyRequest {
        var request = EnergyRequest(model: model)
        request.counters = nil
        return request
    }

    @Test(arguments: ["horowitz45", "qkeras"], ["accelerator", "edge", "cpu"])
    func totalsAreSumsOfTheirParts(_ table: String, _ memory: String) throws {
        var request = Self.request("birealnet18:imagenet")
        (request.table, request.memory) = (table, memory)
        let estimate = try request.report(Fixtures.control(), rest: { _ in }).estimate
        let total = estimate.totalMicrojoules
        #expect(total > 0)
        #expect(abs(estimate.layers.reduce(0) { $0 + $1.microjoules } / total - 1) < 1e-9)
        #expect(abs(estimate.causes.values.reduce(0, +) / total - 1) < 1e-9)
        #expect(estimate.interval.contains(total))
    }

    @Test func comparesModels() throws {
        var request = Self.request("mlp:784-1024-10")
        request.compared = ["mlp:784-4096-10", "mlp:784-1024-10"]
        request.withSensitivity = true
        let report = try request.report(Fixtures.control(), rest: { _ in })
        #expect(report.comparisons.map(\.model) == request.compared)
        #expect(report.comparisons[0].ratio > 1 && report.comparisons[1].ratio == 1)
        #expect(report.comparisons[0].sensitivity?.survives == true && report.comparisons[1].sensitivity?.survives == false)
        let json = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        for key in ["model", "layers", "totalMicrojoules", "table", "comparisons", "terms", "measured"] { #expect(json[key] != nil, "no \(key)") }
        #expect(report.text.contains("mlp:784-4096-10 over mlp:784-1024-10") && report.text.contains("is the cheaper one"))
    }

    /// The same network as architecture and as file: the same products; the file keeps integers in 32 bits all the same.
    @Test func fileAndNameAgree() throws {
        let file = Workload(Fixtures.digits)
        let named = try Workload(named: "mlp:64-128-10", binarisedInput: true)
        let (a, b) = (Traffic(file).groups.map(\.operations), Traffic(named).groups.map(\.operations))
        #expect(a.reduce(0) { $0 + $1[.binaryMAC] } == b.reduce(0) { $0 + $1[.binaryMAC] })
        #expect(file.weightBits == named.weightBits)
    }

    @Test func unknownNamesAreListed() {
        for (table, memory) in [("horowitz", "cpu"), ("qkeras", "gpu")] {
            var request = Self.request("mlp:4-2")
            (request.table, request.memory) = (table, memory)
            #expect(throws: UnknownName.self) { try request.report(Fixtures.control(), rest: { _ in }) }
        }
    }

    /// A machine whose counter rises by 2 µJ at rest and 30 µJ with every inference.
    @Test func measuredBesideRest() throws {
        try Fixtures.withFolder { folder in
            let zone = folder + "/intel-rapl:0"
            try FileManager.default.createDirectory(atPath: zone, withIntermediateDirectories: true)
            func write(_ name: String, _ value: Int) { try? "\(value)\n".write(toFile: "\(zone)/\(name)", atomically: true, encoding: .utf8) }
            var energy = 100
            write("energy_uj", energy)
            write("max_energy_range_uj", 1_000_000)
            write("name", 0)
            var now = 0.0
            let measured = try MeasuredEnergy(
                EnergyCounter(root: folder), seconds: 1, batch: 1, clock: { now },
                rest: { seconds in
                    now += seconds
                    energy += 2
                    write("energy_uj", energy)
                },
                run: {
                    now += 0.25
                    energy += 30
                    write("energy_uj", energy)
                })
            #expect(measured.inferences == 4 && measured.seconds == 1 && measured.microjoules == 30)
            #expect(measured.microjoulesAboveRest == 29.5 && measured.restWatts == 2e-6)
            var request = Self.request("mlp:4-2")
            request.counters = folder
            #expect(try request.report(Fixtures.control(), rest: { _ in }).measuredNote?.contains("only the file") == true)
            request.counters = "/nowhere"
            #expect(try request.report(Fixtures.control(), rest: { _ in }).measuredNote?.contains("no energy counter") == true)
        }
    }
}
