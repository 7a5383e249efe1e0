internal import BitCore
internal import Foundation
internal import Ising

extension SolverBenchmark {
    /// The published instances whose best known values are on record, with the project's goals. What is not in the folder is left out.
    /// - Parameter folder: holds `gset` and `qubo-sample`.
    /// - Throws: `ConfigurationError` when it holds neither.
    public static func published(in folder: String) throws -> [Instance] {
        let instances = try quboSample(folder + "/qubo-sample") + gset(folder + "/gset")
        guard !instances.isEmpty else {
            throw ConfigurationError(reason: "\(folder) holds neither gset nor qubo-sample; put them there, or name another folder by --data-dir")
        }
        return instances
    }

    /// (name, target, seconds in which the median run is to reach it, seconds a run)
    private static let goals: [(String, Double, Double, Double)] = [
        ("G1", 11624, 0.1, 10), ("G22", 13359, 1, 10), ("G39", 2408, 10, 10), ("G55", 10296, 10, 10), ("G60", 14180, 10, 10), ("G70", 9585, 10, 10),
        ("G81", 14030, 30, 30),
    ]

    private static func gset(_ folder: String) -> [Instance] {
        var result: [Instance] = []
        for (name, target, within, limit) in goals {
            let path = "\(folder)/\(name).txt"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            result.append(Instance(name, target: target, within: within, timeLimit: limit) { try ConstrainedProblem.read(path, format: .rudy) })
        }
        let bits = folder + "/wk2000_1.bits"
        if FileManager.default.fileExists(atPath: bits) {
            result.append(Instance("K2000", target: 33337, within: 10, timeLimit: 10) { try ConstrainedProblem(completeGraph(bits, variables: 2000)) })
        }
        return result
    }

    /// A Max-Cut problem on a complete graph of ±1 weights: a file of one bit a pair, 1 for +1, rows of the upper triangle one after the other,
    /// the most significant bit of a byte first.
    static func completeGraph(_ path: String, variables: Int) throws -> Problem {
        let bytes = try WholeFile.read(path, limit: 1 << 26)
        let pairs = variables * (variables - 1) / 2
        guard bytes.count == (pairs + 7) / 8 else {
            throw ConfigurationError(reason: "\(path) has \(bytes.count) bytes, not the \((pairs + 7) / 8) of \(variables) nodes; fetch it anew")
        }
        var builder = try ModelBuilder(variables: variables, vartype: .spin)
        var (pair, sum) = (0, 0.0)
        for first in 0..<variables {
            for second in (first + 1)..<Swift.max(variables, first + 1) {
                let weight: Double = bytes[pair >> 3] >> UInt8(7 - pair & 7) & 1 == 1 ? 1 : -1
                try builder.add(coupling: first, second, weight)
                sum += weight
                pair += 1
            }
        }
        // cut = (W − E) / 2
        return Problem(.ising(IsingModel(terms: try builder.terms())), scale: -0.5, shift: sum / 2)
    }

    /// As `index.csv` lists them: family, instance, file, n, entries, sense, best known value.
    private static func quboSample(_ folder: String) throws -> [Instance] {
        let index = folder + "/index.csv"
        guard FileManager.default.fileExists(atPath: index) else { return [] }
        let lines = String(decoding: try WholeFile.read(index, limit: 1 << 20), as: UTF8.self).split(whereSeparator: \.isNewline)
        return try lines.dropFirst().enumerated().map { number, line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count >= 7, let target = Double(fields[6]), fields[5] == "min_xQx" || fields[5] == "max_cut" else {
                throw ConfigurationError(reason: "\(index), line \(number + 2): not family,instance,file,n,entries,sense,best; correct it")
            }
            let (path, isCut) = (folder + "/" + fields[2], fields[5] == "max_cut")
            return Instance(fields[1], target: target, within: 1, timeLimit: 5) {
                try ConstrainedProblem.read(path, format: isCut ? .rudy : .sparse)
            }
        }
    }
}
