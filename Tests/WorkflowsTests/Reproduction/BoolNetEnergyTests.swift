import Datasets
import DenseMath
import Foundation
import Testing
import Workflows

@Suite struct BoolNetEnergyTests {
    /// Every network by every table and hierarchy, with BoolNet cheaper than Bi-Real-18 in each, and the plots beside the page.
    @Test func theTableIsWritten() throws {
        try Fixtures.withFolder { folder in
            let experiment = try Experiment(named: "boolnet-energy")
            let reproduction = try TableReproduction(
                experiment, budget: .quick, folder: folder, catalog: DatasetCatalog(folder: "/nowhere"), engine: PortableEngine(), threads: 1)
            let report = try reproduction.run(Fixtures.control())
            #expect(report.rows.count == 6 * (1 + 5) && report.rows.allSatisfy { ($0.ours ?? 0) > 0 })
            let ratios = report.rows.filter { $0.unit == "times" }
            #expect(ratios.count == 6 && ratios.allSatisfy { $0.published == 4.6 && ($0.ours ?? 0) > 1 })
            let page = try String(contentsOfFile: report.markdownPath, encoding: .utf8)
            for name in ["boolnet-energy-1.svg", "boolnet-energy-2.svg"] {
                #expect(page.contains(name))
                let svg = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                #expect(svg.contains("Bi-Real-18") && svg.components(separatedBy: "<circle").count == 16)
            }
        }
    }
}
