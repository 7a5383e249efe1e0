import Ising
import Testing

@Suite struct PortfolioTests {
    /// What is proved says so, with a bound.
    @Test func smallModelsAreProved() throws {
        let model = try IsingModel(fields: [1, 0, -2], couplings: [(0, 1, 1), (1, 2, -3)], offset: 0.5)
        let set = try Portfolio().sample(model, seed: 0)
        #expect(set.stopReason == .optimal && set.lowerBound == set.first.energy && set.first.energy == -6.5)
    }

    /// A tree is taken apart by the rules for low degrees; no search is needed, however large it is.
    @Test func treesNeedNoSearch() throws {
        let count = 5000
        let couplings = (1..<count).map { (($0 - 1) / 2, $0, $0 % 3 == 0 ? 1.0 : -2.0) }
        let set = try Portfolio().sample(try IsingModel(fields: [Double](repeating: 0, count: count), couplings: couplings), seed: 0)
        #expect(set.stopReason == .optimal && set.updates == 0)
        #expect(set.first.energy == -couplings.reduce(0) { $0 + abs($1.2) })
        #expect(set.details["remaining"] == "0")
    }

    @Test(arguments: ["islands", "reads", "patience", "steps", "eliminatedDegree"]) func badOptionsAreNamed(name: String) throws {
        var options = Portfolio.Options()
        switch name {
        case "islands": options.islands = 0
        case "reads": options.reads = 0
        case "patience": options.patience = 0
        case "steps": options.steps = 0
        default: options.eliminatedDegree = 4
        }
        let portfolio = Portfolio(options)
        #expect(throws: SamplerError.self) { try portfolio.sample(try IsingModel(fields: [1]), seed: 0) }
    }
}
