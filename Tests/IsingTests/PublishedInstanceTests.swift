import Foundation
import Ising
import Testing

private let folder = ProcessInfo.processInfo.environment["SPINFLIP_DATA"] ?? ""

/// Instances of the Gset and of the Biq Mac library, where they are at hand.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: folder + "/gset/G1.txt")))
struct PublishedInstanceTests {
    @Test(arguments: [("G1", 800, 19176), ("G22", 2000, 19990), ("G39", 2000, 11778), ("G55", 5000, 12498), ("G70", 10000, 9999), ("G81", 20000, 40000)])
    func gset(name: String, nodes: Int, edges: Int) throws {
        let path = "\(folder)/gset/\(name).txt"
        let problem = try Problem.read(path)
        #expect(problem.terms.variables == nodes && problem.terms.interactions == edges)
        #expect(problem.sense == .max && problem.vartype == .spin && problem.terms.isIntegral)
        #expect(problem.summed == 0 && problem.folded == 0)
        // Entries are sorted in these files, so ours is the same text.
        #expect(try problem.bytes(as: .rudy, name: path) == Array(Data(contentsOf: URL(filePath: path))))
        // As a QUBO the graph is -cut, without an offset.
        let qubo = try Problem(problem.bytes(as: .qubo, name: "q"), name: "q", format: .qubo)
        #expect(qubo.terms.interactions == edges && qubo.terms.offset == 0 && qubo.terms.isIntegral)
    }

    @Test func samples() throws {
        let index = try String(contentsOfFile: "\(folder)/qubo-sample/index.csv", encoding: .utf8).split(whereSeparator: \.isNewline)
        #expect(index.count > 30)
        for row in index.dropFirst() {
            let cells = row.split(separator: ",")
            let problem = try Problem.read("\(folder)/qubo-sample/\(cells[2])")
            #expect(problem.terms.variables == Int(cells[3]))
            let diagonal = problem.terms.linear.count { $0 != 0 }
            #expect(problem.terms.interactions + (problem.vartype == .binary ? diagonal : 0) == Int(cells[4]), "\(row)")
            #expect((problem.sense == .max) == (cells[5] == "max_cut"))
        }
    }
}
