import BitCore
import Ising
import Testing

/// The binary files of dimod. The golden ones were written by dimod 0.12.23.
@Suite struct BinaryFormatTests {
    /// `BQM` over spins with the labels 'a', (0, −1), 7 and 'ü"', float64, version 2.
    static let labelled = bytes(
        """
        44494d4f4442514d0200b20000007b226474797065223a2022666c6f61743634222c20226974797065223a2022696e743332222c20226e74797065223a202269
        6e743332222c20227368617065223a205b342c20335d2c202274797065223a202242696e6172795175616472617469634d6f64656c222c20227661726961626c
        6573223a20747275652c202276617274797065223a20225350494e227d0a20202020202020202020202020202020202020202020202020202020202020202020
        000000000000e03f00000000000000000000f83f0200000000000000000000000300000000000000000000c005000000000000000000d03f0200000000000000
        0000f03f030000009a9999999999b93f0200000000000000000008c000000000000000000000f03f0100000000000000000008c0000000009a9999999999b93f
        56415253380000005b2261222c205b302c202d315d2c20372c20225c75303066635c22225d202020202020202020202020202020202020202020202020202020
        """)
    /// Over bits, float32, version 1 with labels 0, 1, 2 in the header.
    static let single = bytes(
        """
        44494d4f4442514d0100b20000007b226474797065223a2022666c6f61743332222c20226974797065223a2022696e743332222c20226e74797065223a202269
        6e743332222c20227368617065223a205b332c20325d2c202274797065223a202242696e6172795175616472617469634d6f64656c222c20227661726961626c
        6573223a205b302c20312c20325d2c202276617274797065223a202242494e415259227d0a202020202020202020202020202020202020202020202020202020
        000000bf000000000000c03f010000000000000003000000000000c0010000000000803f000000000000803f02000000000040c001000000000040c0
        """)
    /// No variables, offset 3.
    static let empty = bytes(
        """
        44494d4f4442514d0200b20000007b226474797065223a2022666c6f61743634222c20226974797065223a2022696e743332222c20226e74797065223a202269
        6e743332222c20227368617065223a205b302c20305d2c202274797065223a202242696e6172795175616472617469634d6f64656c222c20227661726961626c
        6573223a2066616c73652c202276617274797065223a202242494e415259227d0a20202020202020202020202020202020202020202020202020202020202020
        0000000000000840
        """)

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test func filesOfDimodAreRead() throws {
        let problem = try Problem(Self.labelled, name: "p")
        #expect(problem.model == .ising(try IsingModel(fields: [1.5, 0, -2, 0.25], couplings: [(0, 2, 1), (1, 2, -3), (0, 3, 0.1)], offset: 0.5)))
        #expect(problem.labels == [.text("a"), .tuple([.integer(0), .integer(-1)]), .integer(7), .text("ü\"")])
        #expect(problem.labels?.map(\.description) == ["a", "(0, -1)", "7", "ü\""])
        #expect(problem.sense == .min)
        let maximised = try Problem(Self.labelled, name: "p", sense: .max)
        #expect(maximised.sense == .max)
        for (_, bits) in assignments(4) { #expect(FormatTests.objective(maximised, bits) == FormatTests.objective(problem, bits)) }

        let single = try Problem(Self.single, name: "p")
        #expect(single.model == .qubo(try QUBO(diagonal: [1.5, 0, -2], couplings: [(0, 1, 1), (1, 2, -3)], offset: -0.5)))
        #expect(single.labels == nil)
        #expect(try Problem(Self.empty, name: "p").model == .qubo(try QUBO(diagonal: [], offset: 3)))
    }

    @Test func filesAreThoseThatDimodWrites() throws {
        for golden in [Self.labelled, Self.empty] { #expect(try Problem(golden, name: "p").bytes(as: .bqm, name: "p") == golden) }
    }

    @Test func labelsSurviveJSON() throws {
        let problem = try Problem(Self.labelled, name: "p")
        #expect(try Problem(problem.bytes(as: .json, name: "p"), name: "p") == problem)
        // A text format numbers the variables.
        #expect(try Problem(problem.bytes(as: .coo, name: "p"), name: "p", format: .coo).labels == nil)
        let text = String(decoding: try problem.bytes(as: .json, name: "p"), as: UTF8.self)
        for labels in ["[\"a\",7,\"a\",8]", "[1,2,3]", "[1,2,3,null]", "4"] {
            let damaged = text.replacing(/"labels":\[.*?\]\s*,"linear/, with: "\"labels\":\(labels),\"linear")
            #expect(damaged != text)
            #expect(throws: ProblemFileError.self) { try Problem(Array(damaged.utf8), name: "p") }
        }
    }

    /// The same model in every type of numbers that the format knows.
    @Test(arguments: ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"], ["int8", "uint16", "int64"])
    func typesOfNumbers(_ type: String, _ index: String) throws {
        func put(_ value: Int, _ type: String) -> [UInt8] {
            let pattern =
                switch type {
                case "float32": UInt64(Float(value).bitPattern)
                case "float64": Double(value).bitPattern
                default: UInt64(bitPattern: Int64(value))
                }
            let width = type.hasSuffix("64") ? 8 : type.hasSuffix("32") ? 4 : type.hasSuffix("16") ? 2 : 1
            return (0..<width).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) }
        }
        let header = """
            {"dtype":"\(type)","itype":"\(index)","ntype":"\(index)","shape":[2,1],"variables":false,"vartype":"SPIN"}
            """
        var bytes = Array("DIMODBQM".utf8) + [2, 0] + put(header.utf8.count, "int32") + Array(header.utf8)
        for (value, form) in [(5, type), (0, index), (7, type), (1, index), (0, type), (1, index), (100, type), (0, index), (100, type)] {
            bytes += put(value, form)
        }
        #expect(try Problem(bytes, name: "p").model == .ising(try IsingModel(fields: [7, 0], couplings: [(0, 1, 100)], offset: 5)))
    }

    /// Changes of the golden file that make it wrong.
    static let wrong: [@Sendable (inout [UInt8]) -> Void] = [
        { $0[8] = 3 },
        { $0[10] = 0xFF },
        { $0[10...13] = [0xFF, 0xFF, 0xFF, 0xFF] },
        { $0 = $0.replacing("[4, 3]".utf8, with: "[5, 3]".utf8) },
        { $0 = $0.replacing("[4, 3]".utf8, with: "[4, 9]".utf8) },
        { $0 = $0.replacing("[4, 3]".utf8, with: "[4, 2]".utf8) },
        { $0 = $0.replacing("[4, 3]".utf8, with: "[4,-3]".utf8) },
        { $0 = $0.replacing("[4, 3]".utf8, with: "[4, 3".utf8) },
        { $0 = $0.replacing("SPIN".utf8, with: "SPAN".utf8) },
        { $0 = $0.replacing("float64".utf8, with: "float99".utf8) },
        { $0 = $0.replacing("\"ntype\": \"int32\"".utf8, with: "\"ntype\": \"flt32\"".utf8) },
        { $0 = $0.replacing("\"itype\": \"int32\"".utf8, with: "\"itype\":\"float32\"".utf8) },
        { $0 = $0.replacing("\"variables\": true".utf8, with: "\"variables\": 1234".utf8) },
        // The offset is NaN, a row starts beyond the next one, a neighbour does not exist, is the variable itself, a coupling differs.
        { $0[198...199] = [0xF8, 0x7F] },
        { $0[200] = 9 },
        { $0[212] = 7 },
        { $0[248] = 4 },
        { $0[248] = 0 },
        { $0[259] = 0x40 },
        // Labels: another section, too long, not JSON, twice the same.
        { $0[320] = 0 },
        { $0[324] = 99 },
        { $0[328] = 0x20 },
        { $0 = $0.replacing("\"a\", [0, -1], 7".utf8, with: "\"a\", 7, \"aaa\", 7".utf8) },
        { $0.removeLast(64) },
    ]

    @Test(arguments: wrong.indices)
    func wrongFilesAreRefused(_ index: Int) throws {
        var bytes = Self.labelled
        Self.wrong[index](&bytes)
        #expect(bytes != Self.labelled)
        let error = try #require(throws: ProblemFileError.self) { try Problem(bytes, name: "p", format: .bqm) }
        #expect(error.description.hasPrefix("p: ") && error.description.contains("; "))
    }

    @Test(arguments: ["[4000000000000, 3]", "[3, 4000000000000]", "[9223372036854775807, 9223372036854775807]", "[2000000000, 2000000000]"])
    func hugeShapesAreRefused(_ shape: String) {
        let text = String(decoding: Self.labelled[14..<192], as: UTF8.self).replacing("[4, 3]", with: shape)
        var bytes = Array(Self.labelled[..<10])
        withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { bytes += $0 }
        bytes += Array(text.utf8) + Self.labelled[192...]
        #expect(throws: ProblemFileError.self) { try Problem(bytes, name: "p") }
    }

    /// Cuts and single changed bytes: read or refused, never a trap.
    @Test func damagedFilesDoNotTrap() {
        var generator = SeededGenerator(seed: 6)
        for golden in [Self.labelled, Self.single] {
            for length in golden.indices {
                #expect((try? Problem(Array(golden[..<length]), name: "p", format: .bqm)) == nil)
                for _ in 0..<4 {
                    var changed = golden
                    changed[length] = UInt8(generator.index(below: 256))
                    _ = try? Problem(changed, name: "p", format: .bqm)
                }
            }
        }
    }
}
