import BitCore
import Foundation
import Ising
import Testing

@Suite struct FormatTests {
    static func problem(_ text: String, _ format: ProblemFormat, sense: Problem.Sense? = nil) throws -> Problem {
        try Problem(Array(text.utf8), name: "p", format: format, sense: sense)
    }

    /// The objective of one assignment, given as bits.
    static func objective(_ problem: Problem, _ bits: [UInt8]) -> Double {
        switch problem.model {
        case .ising(let model): problem.objective(energy: model.energy(of: bits.map { $0 == 1 ? 1 : -1 }))
        case .qubo(let model): problem.objective(energy: model.energy(of: bits))
        }
    }

    static let sources: [(ProblemFormat, String)] = [
        (.rudy, "3 3\n1 2 5\n1 3 -2\n2 3 0.5\n"),
        (.qubo, "c offset=3\nc a comment\np qubo 0 3 2 1\n0 0 5\n2 2 -2\n0 2 0.5\n"),
        (.coo, "# vartype=SPIN\n# offset=-1.5\n0 0 5\n2 2 -2\n0 2 0.5\n"),
        (.coo, "# vartype: BINARY\n0 0 5\n2 2 0\n1 0 0.5\n"),
        (.bqp, "1\n3 3\n1 1 5\n2 3 -2\n1 3 0.5\n"),
        (.sparse, "3 3\n1 1 5\n2 3 -2\n1 3 0.5\n"),
        (.mqlib, "3 3\n1 1 5\n2 3 -2\n1 3 0.5\n"),
        (.qplib, qplib),
    ]

    /// With every kind of comment; the entries of Q count half, the default of the linear coefficients is 1.
    static let qplib = """
        ! an example
        EXAMPLE # name
        QBN
        Minimize
        3 # variables
        3 # entries of Q
        3 2 -8 the triangle below
        3 1 2.0E0
        1 1 4.D0
        1.0 default coefficient
        3 # others
        2 0
        3 -0.0
        1 3
        0.0 constant
        % infinity comes next
        1.0E+20
        1.0 starting point
        1
        2 0.5
        0.0
        0
        1 # name of a variable
        2 middle
        0

        """

    /// What the text of `sources[index]` means, written out.
    static func expected(_ index: Int, _ b: [UInt8]) -> Double {
        let x = b.map(Double.init)
        let s = x.map { 2 * $0 - 1 }
        func cut(_ i: Int, _ j: Int) -> Double { b[i] == b[j] ? 0 : 1 }
        return switch index {
        case 0: 5 * cut(0, 1) - 2 * cut(0, 2) + 0.5 * cut(1, 2)
        case 1: 3 + 5 * x[0] - 2 * x[2] + 0.5 * x[0] * x[2]
        case 2: -1.5 + 5 * s[0] - 2 * s[2] + 0.5 * s[0] * s[2]
        case 3: 5 * x[0] + 0.5 * x[0] * x[1]
        default: 5 * x[0] - 4 * x[1] * x[2] + x[0] * x[2]
        }
    }

    @Test(arguments: sources.indices, [nil, .min, .max] as [Problem.Sense?])
    func objectivesAreThoseOfTheFile(_ index: Int, sense: Problem.Sense?) throws {
        let (format, text) = Self.sources[index]
        if format == .qplib, sense == .max {
            #expect(throws: ProblemFileError("p", .otherSense(said: .min, asked: .max))) { try Self.problem(text, format, sense: sense) }
            return
        }
        let problem = try Self.problem(text, format, sense: sense)
        #expect(problem.sense == sense ?? ([.rudy, .bqp, .mqlib].contains(format) ? .max : .min))
        for (_, bits) in assignments(3) { #expect(Self.objective(problem, bits) == Self.expected(index, bits)) }
    }

    @Test(arguments: sources.indices)
    func otherEncodingsOfTheTextReadTheSame(_ index: Int) throws {
        let (format, text) = Self.sources[index]
        let problem = try Self.problem(text, format)
        let crlf = text.replacing("\n", with: "\r\n")
        let little: [UInt8] = [0xFF, 0xFE] + crlf.utf16.flatMap { unit -> [UInt8] in [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
        let big: [UInt8] = [0xFE, 0xFF] + crlf.utf16.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)] }
        let loose = "\n" + text.replacing("\n", with: " \n\n").replacing(" ", with: "\t ")
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        for bytes: [UInt8] in [Array(crlf.utf8), little, big, marked, Array(text.utf8.dropLast()), Array(loose.utf8)] {
            #expect(try Problem(bytes, name: "p", format: format) == problem)
        }
    }

    /// Every problem in every format: the objective comes back, negated where the format's sense is the other one, or the format says that it has no
    /// place for it.
    @Test(arguments: sources.indices, ProblemFormat.allCases)
    func writtenFilesReadBack(_ index: Int, format: ProblemFormat) throws {
        let problem = try Self.problem(Self.sources[index].1, Self.sources[index].0)
        let bytes: [UInt8]
        do {
            bytes = try problem.bytes(as: format, name: "out")
        } catch {
            guard case .cannotHold(format, let what) = error.fault else { throw error }
            let expected = format == .rudy ? index != 0 : (index == 1 || index == 2)
            #expect([.rudy, .bqp, .sparse, .mqlib].contains(format) && expected, "\(what)")
            return
        }
        let again = try Problem(bytes, name: "out", format: format)
        for (_, bits) in assignments(3) {
            #expect(Self.objective(again, bits) == (again.sense == problem.sense ? 1 : -1) * Self.objective(problem, bits))
        }
        #expect(try again.bytes(as: format, name: "out") == bytes)
        if format == .json { #expect(again == problem) }
        #expect(ProblemFormat.guess(path: "out.\(format.rawValue)", bytes: []) == format)
        if format != .sparse, format != .mqlib { #expect(ProblemFormat.guess(path: "out", bytes: bytes) == format) }
    }

    static let malformed: [(ProblemFormat, String, line: Int?)] = [
        (.rudy, "", nil), (.rudy, "3\n", 1), (.rudy, "3 1 1\n", 1), (.rudy, "-3 1\n", 1), (.rudy, "3 x\n", 1), (.rudy, "3 1\n1 2\n", 2),
        (.rudy, "3 1\n0 2 1\n", 2), (.rudy, "3 1\n1 4 1\n", 2), (.rudy, "3 1\n1 -2 1\n", 2), (.rudy, "3 1\n1 2 nan\n", 2),
        (.rudy, "3 1\n1 2 inf\n", 2), (.rudy, "3 1\n1 2 1e999\n", 2), (.rudy, "3 1\n1 2 0x10\n", 2), (.rudy, "3 1\n1 2 -\n", 2),
        (.rudy, "3 2\n1 2 1\n", nil), (.rudy, "3 1\n1 2 1\n1 3 1\n", 3), (.rudy, "3 1\n1.0 2 1\n", 2), (.rudy, "0 1\n1 1 1\n", 2),
        (.rudy, "4000000000000 1\n1 2 1\n", 1), (.rudy, "99999999999999999999 1\n", 1), (.rudy, "3 4000000000000\n1 2 1\n", nil),
        (.rudy, "3 2\n1 2 1e308\n1 2 1e308\n", 3), (.rudy, "3 2\n1 2 1e308\n1 3 1e308\n", nil),
        (.qubo, "0 0 1\n", 1), (.qubo, "p qubo 0 2 1\n", 1), (.qubo, "p qudo 0 2 1 0\n", 1), (.qubo, "p qubo 0 2 1 0\n", nil),
        (.qubo, "p qubo 0 2 1 0\n0 0 1\n1 1 1\n", 3), (.qubo, "p qubo 0 2 1 0\n0 1 1\n", 2), (.qubo, "p qubo 0 2 1 0\n2 2 1\n", 2),
        (.qubo, "c offset=nan\np qubo 0 0 0 0\n", 1), (.qubo, "c nothing else\n", nil),
        (.coo, "0 0 1\n", nil), (.coo, "# vartype=INTEGER\n", 1), (.coo, "# vartype=SPIN\n0 1\n", 2), (.coo, "# vartype=SPIN\n0 2000000000 1\n", 2),
        (.coo, "# vartype=SPIN\n-1 0 1\n", 2), (.bqp, "", nil), (.bqp, "2\n1 0\n1 0\n", 1), (.bqp, "3 1\n", 1), (.bqp, "1\n", nil),
        (.mqlib, "2 1\n0 1 1\n", 2), (.mqlib, "2 2\n1 1 1\n", nil),
        (.qplib, "", nil), (.qplib, "n\nQBX\n", 2), (.qplib, "n\nQB\n", 2), (.qplib, "n\nQCN\n", 2), (.qplib, "n\nLIB\n", 2),
        (.qplib, "n\nQMN\n", 2), (.qplib, "n\nQBQ\n", 2), (.qplib, "n\nQBN\nminimal\n", 3), (.qplib, "n\nQBN\nminimize\n-1\n", 4),
        (.qplib, "n\nQBN\nminimize\n4000000000000\n", 4), (.qplib, "n\nQBL\nminimize\n2\n4000000000000\n", 5),
        (.qplib, "n\nQBN\nminimize\n2\n1\n1 2 1\n", 6), (.qplib, "n\nQBN\nminimize\n2\n1\n2 1\n", 6),
        (.qplib, "n\nQBN\nminimize\n2\n1\n3 1 1\n", 6), (.qplib, "n\nQBN\nminimize\n2\n9\n2 1 1\n", nil),
        (.qplib, "n\nLBN\nminimize\n2\nnan\n", 5), (.qplib, "n\nLBN\nminimize\n2\n0\n1\n3 1\n", 7),
        (.qplib, qplib + "1\n", 26), (.qplib, qplib.replacing("1 # name of a variable\n2 middle\n0\n", with: ""), nil),
        (.sparse, "2 1\n1 2 1e308\n", 2), (.sparse, "2 1\n1 2 1,5\n", 2), (.json, "", nil), (.json, "{}", nil), (.json, "[1", nil),
    ]

    @Test(arguments: malformed.indices)
    func malformedFilesAreRefused(_ index: Int) throws {
        let (format, text, line) = Self.malformed[index]
        let error = try #require(throws: ProblemFileError.self) { try Self.problem(text, format) }
        if case .badLine(let number, let quoted, _) = error.fault {
            #expect(number == line)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false)[number - 1] == quoted)
        } else {
            #expect(line == nil, "\(error)")
        }
        #expect(error.description.hasPrefix("p: "))
    }

    @Test func quotedTextHasNoControlCharacters() throws {
        let error = try #require(throws: ProblemFileError.self) { try Self.problem("2 1\n1 2 \u{1B}[2J\u{7}\n", .rudy) }
        #expect(error.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test func brokenUTF16IsRefused() {
        for bytes in [[0xFF, 0xFE, 0x31], [0xFF, 0xFE, 0x00, 0xD8]] as [[UInt8]] {
            #expect(throws: ProblemFileError("p", .badUTF16)) { try Problem(bytes, name: "p", format: .rudy) }
        }
    }

    /// Cuts and single changed bytes of good files: read or refused, never a trap.
    @Test func damagedFilesDoNotTrap() throws {
        var generator = SeededGenerator(seed: 5)
        for (format, text) in Self.sources {
            let problem = try Self.problem(text, format)
            for bytes in [Array(text.utf8), try problem.bytes(as: .json, name: "p")] {
                for length in bytes.indices {
                    _ = try? Problem(Array(bytes[..<length]), name: "p")
                    var changed = bytes
                    changed[length] = UInt8(generator.index(below: 256))
                    _ = try? Problem(changed, name: "p")
                    _ = try? Problem(changed, name: "p", format: format)
                }
            }
        }
    }

    @Test func duplicateAndSelfCouplingsAreCounted() throws {
        let graph = try Self.problem("3 4\n1 2 1\n3 3 9\n2 1 2\n1 2 3\n", .rudy)
        #expect(graph.summed == 2 && graph.folded == 1 && graph.terms.interactions == 1)
        // An edge from a node to itself is never cut.
        #expect(Self.objective(graph, [1, 1, 0]) == 0 && Self.objective(graph, [1, 0, 0]) == 6)
    }

    @Test(arguments: [1e-7, 0.1, -2.5e-9, 1e21, 1.5e20, 0x1p-1074, -0x1.fffffffffffffp1000, 123456789.25, 5e-324])
    func numbersAreWrittenWithoutExponentAndReadBack(_ value: Double) throws {
        let problem = Problem(.qubo(try QUBO(diagonal: [value])))
        let text = String(decoding: try problem.bytes(as: .coo, name: "p"), as: UTF8.self)
        #expect(!text.dropFirst("# vartype=BINARY".count).contains("e"))
        if text.count < 400 { #expect(try Self.problem(text, .coo).terms.linear == [value]) }
    }

    @Test func filesAreWrittenAndRead() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-problem-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "p.json").path
        let problem = try Self.problem(Self.sources[0].1, .rudy)
        try problem.write(to: path, as: .json)
        #expect(try Problem.read(path) == problem)
        #expect(throws: ProblemFileError.self) { try Problem.read(folder.appending(path: "none.json").path) }
        #expect(throws: ProblemFileError("x", .unknownFormat)) { try Problem(Array("hello".utf8), name: "x") }
    }
}
