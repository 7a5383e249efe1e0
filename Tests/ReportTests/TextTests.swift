import Report
import Testing

@Suite struct TextTableTests {
    @Test func columnsAlign() {
        var table = TextTable([.text("layer"), .number("bits"), .text("note")])
        table.append(["dense1", "1", ""])
        table.append(["batch norm", "1,024", "folded"])
        table.appendRule()
        table.append(["total", "1,025", "a\nb"])
        #expect(
            table.render(indent: 2)
                == """
                  layer        bits  note
                  ----------  -----  ------
                  dense1          1
                  batch norm  1,024  folded
                  ----------  -----  ------
                  total       1,025  a b
                """.split(separator: "\n").map { "  " + $0.drop { $0 == " " } }.joined(separator: "\n"))
    }

    @Test func withoutTitles() {
        var table = TextTable([.text(""), .number("")])
        table.append(["a", "10"])
        table.append(["bcd", "2"])
        #expect(table.render() == "a    10\nbcd   2")
    }
}

@Suite struct NumberTextTests {
    @Test(arguments: [
        (0, "0"), (0.5, "0.500"), (0.03124, "0.0312"), (0.000123, "0.000123"), (4.2e-6, "4.20e-6"), (1, "1.00"), (12.345, "12.3"), (48_213, "48,213"),
        (-1234.4, "-1,234"), (1e16, "1.00e16"),
    ])
    func compact(value: Double, text: String) { #expect(NumberText.compact(value) == text) }

    @Test func others() {
        #expect(NumberText.percent(0.97777) == "97.78\u{202F}%" && NumberText.percent(nil) == "–" && NumberText.percent(.nan) == "–")
        #expect(NumberText.duration(0.84) == "0.84 s" && NumberText.duration(185) == "3 min 05 s" && NumberText.duration(7800) == "2 h 10 min")
        #expect(NumberText.bytes(512) == "512 B" && NumberText.bytes(1536) == "1.50 KiB" && NumberText.bytes(48 << 20) == "48.0 MiB")
        #expect(NumberText.grouped(-1_234_567) == "-1,234,567" && NumberText.grouped(0) == "0" && NumberText.grouped(999) == "999")
    }
}
