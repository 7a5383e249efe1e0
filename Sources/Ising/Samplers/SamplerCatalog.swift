internal import BitCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Samplers by name, with options in JSON: what a command line or a configuration file speaks.
///
/// Options are those of the sampler's `Options`, by the names they have there. What is left out keeps its default.
public enum SamplerCatalog {
    /// A sampler that can be asked for by name.
    public struct Entry: Sendable {
        public let name: String
        /// One line.
        public let summary: String
        /// Names of its options.
        public let options: [String]
        /// Whether it ends by a proof, or by itself, without a limit.
        public let endsByItself: Bool
        fileprivate let make: @Sendable ([String: JSONValue]) throws(SamplerCatalogError) -> any Sampler
    }

    /// All but `external:COMMAND`, whose name is not fixed.
    public static let entries: [Entry] = [
        entry("auto", "exact where that is quick, else reduction and islands of annealing that share their elites", Portfolio.Options()) { Portfolio($0) },
        entry("sa", "simulated annealing", SimulatedAnnealing.Options()) { SimulatedAnnealing($0) },
        entry("pt", "parallel tempering, with cluster moves on sparse graphs", ParallelTempering.Options()) { ParallelTempering($0) },
        entry("tabu", "one-flip tabu search with path relinking", Tabu.Options()) { Tabu($0) },
        entry("sb", "simulated bifurcation, generalised", SimulatedBifurcation.Options()) { SimulatedBifurcation($0) },
        entry("sb-ballistic", "simulated bifurcation, ballistic", SimulatedBifurcation.Options(variant: .ballistic)) { SimulatedBifurcation($0) },
        entry("sb-discrete", "simulated bifurcation, discrete", SimulatedBifurcation.Options(variant: .discrete)) { SimulatedBifurcation($0) },
        entry("pa", "population annealing", PopulationAnnealing.Options()) { PopulationAnnealing($0) },
        entry("ma", "momentum annealing", MomentumAnnealing.Options()) { MomentumAnnealing($0) },
        entry("polynomial", "simulated annealing of polynomials of any degree with constraints, as they are", PolynomialAnnealing.Options()) {
            PolynomialAnnealing($0)
        },
        entry("greedy", "steepest descent from random spins", Greedy.Options(), endsByItself: true) { Greedy($0) },
        entry("random", "random spins", RandomSampler.Options(), endsByItself: true) { RandomSampler($0) },
        entry("exact", "proves the optimum: enumeration, elimination, branch and bound", ExactSolver.Options(), endsByItself: true) {
            ExactSolver(options: $0)
        },
    ]

    /// What stands before the command of an external sampler.
    public static let externalPrefix = "external:"

    /// Every name, for lists and messages.
    public static var names: [String] { entries.map(\.name) + [externalPrefix + "COMMAND"] }

    /// Whether a search by this sampler comes to an end without a limit that is worth waiting for.
    public static func endsByItself(_ name: String) -> Bool { entries.first { $0.name == name.lowercased() }?.endsByItself ?? false }

    /// A sampler.
    /// - Parameters:
    ///   - name: one of `names`.
    ///   - options: a JSON object; nil for the defaults.
    ///   - reads: how many reads to make; a sampler without that option is called as often, up to a proof. nil for its default.
    public static func sampler(
        _ name: String, options: String? = nil, reads: Int? = nil
    ) throws(SamplerCatalogError) -> any Sampler {
        var given = try parsed(options, name)
        let entry = entries.first { $0.name == name.lowercased() }
        var repeats = 1
        if let reads {
            guard reads >= 1 else { throw .option(sampler: name, "\(reads) reads; ask for 1 or more") }
            if let entry, !entry.options.contains("reads") { repeats = reads } else { given["reads"] = .integer(reads) }
        }
        if name.hasPrefix(externalPrefix) {
            let command = String(name.dropFirst(externalPrefix.count))
            guard !command.allSatisfy(\.isWhitespace) else {
                throw .option(sampler: name, "no command; name one, as in external:./solve")
            }
            let options = try decoded(ExternalSampler.Options(), given, name: "external")
            return ExternalSampler(command: command, options: options)
        }
        guard let entry else {
            throw .unknown(name, nearest: NearestName.find(name, among: names), known: names)
        }
        let sampler = try entry.make(given)
        return repeats > 1 ? Repeated(base: sampler, reads: repeats) : sampler
    }

    private static func entry<Options: Codable & Sendable>(
        _ name: String, _ summary: String, _ defaults: Options, endsByItself: Bool = false, _ make: @escaping @Sendable (Options) -> any Sampler
    ) -> Entry {
        Entry(name: name, summary: summary, options: optionNames(defaults), endsByItself: endsByItself) { given throws(SamplerCatalogError) in
            make(try decoded(defaults, given, name: name))
        }
    }

    /// The options are plain structs; their properties are their keys.
    private static func optionNames(_ options: some Any) -> [String] { Mirror(reflecting: options).children.compactMap(\.label) }

    private static func parsed(_ text: String?, _ name: String) throws(SamplerCatalogError) -> [String: JSONValue] {
        guard let text else { return [:] }
        let value: JSONValue
        do { value = try JSONValue.parse(Array(text.utf8)) } catch { throw .option(sampler: name, "options that are not JSON: \(error)") }
        guard let object = value.object else { throw .option(sampler: name, "options are a JSON object, as in {\"sweeps\": 1000}") }
        return object
    }

    /// The defaults with what is given in their place.
    private static func decoded<Options: Codable>(
        _ defaults: Options, _ given: [String: JSONValue], name: String
    ) throws(SamplerCatalogError) -> Options {
        guard !given.isEmpty else { return defaults }
        let known = optionNames(defaults)
        for key in given.keys.sorted() where !known.contains(key) {
            let nearest = NearestName.find(key, among: known).map { "did you mean “\($0)”? It has " } ?? "it has "
            throw .option(sampler: name, "no option “\(key.prefix(60))”; \(nearest)\(known.joined(separator: ", "))")
        }
        do {
            let encoder = JSONEncoder()
            encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            var object = try JSONValue.parse(Array(encoder.encode(defaults))).object ?? [:]
            object.merge(given) { _, new in new }
            var bytes: [UInt8] = []
            JSONValue.object(object).append(to: &bytes)
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            return try decoder.decode(Options.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw .option(sampler: name, explanation(error))
        } catch {
            throw .option(sampler: name, "options that cannot be read: \(error)")
        }
    }

    private static func explanation(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String { context.codingPath.map(\.stringValue).joined(separator: ".") }
        func place(_ context: DecodingError.Context) -> String { context.codingPath.isEmpty ? "an option" : "option “\(path(context))”" }
        switch error {
        case .typeMismatch(let type, let context): return "\(place(context)) is not of type \(type); correct it"
        case .valueNotFound(let type, let context): return "\(place(context)) is null where \(type) is needed; give one or leave it out"
        case .keyNotFound(let key, let context):
            return "option “\((context.codingPath + [key]).map(\.stringValue).joined(separator: "."))” is missing; give it"
        case .dataCorrupted(let context): return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "options that cannot be read: \(error)"
        }
    }
}

/// Why there is no such sampler.
public enum SamplerCatalogError: Error, Hashable, Sendable {
    case unknown(String, nearest: String?, known: [String])
    case option(sampler: String, String)
}

extension SamplerCatalogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let name, let nearest, let known):
            let shown = name.count > 60 ? String(name.prefix(60)) + "…" : name
            let hint = nearest.map { "did you mean “\($0)”? Known are " } ?? "known are "
            return "no sampler is named “\(shown)”; \(hint)\(known.joined(separator: ", "))"
        case .option(let sampler, let reason): return "sampler \(sampler.prefix(60)): \(reason)"
        }
    }
}
