import Foundation
import Report
import Testing

@Suite struct IntervalChartTests {
    static func page(_ points: [IntervalChart.Point]) -> String {
        HTMLReport(title: "t", sections: [.init("", [.intervals(IntervalChart(title: "means", points: points, unit: .percent))])]).render()
    }

    @Test func meansIntervalsAndValuesAreDrawn() {
        let page = Self.page([
            .init("a <b>", 0.9, halfWidth: 0.01, values: [0.89, 0.9, 0.91], text: "90 ± 1 %"), .init("b", 0.95), .init("c", .nan),
        ])
        #expect(page.contains("a &lt;b&gt;: 90 ± 1 %; b: 95.00"))
        #expect(page.components(separatedBy: "<circle").count - 1 == 5)
        #expect(page.components(separatedBy: "class=\"s0\"").count - 1 == 1)
        #expect(!page.contains("nan"))
    }

    /// Two seeds can have an interval of a hundred points; it is cut, and the axis ends at 0 and 100 %.
    @Test func wideIntervalsDoNotSqueezeTheRest() {
        let page = Self.page([.init("a", 0.90, halfWidth: 0.8, values: [0.88, 0.92]), .init("b", 0.91, halfWidth: 0.001)])
        #expect(page.contains("86") && page.contains(">94"))
        #expect(!page.contains(">20\u{202F}%"))
    }

    @Test func nothingIsSaidSo() {
        #expect(Self.page([]).contains("No data."))
    }
}
