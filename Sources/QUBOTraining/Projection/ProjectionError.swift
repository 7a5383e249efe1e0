/// Why a layer's gradients cannot be projected. Every message is one sentence that says what to do.
public enum ProjectionError: Error, Hashable, Sendable {
    /// A pull, or the sum of several on equal samples, is not a finite number.
    case notFinite(sample: Int, output: Int)
    /// More inputs than enumeration takes.
    case fanIn(Int, limit: Int)
    case tooLarge(ProjectionSize, sampler: String, limit: Int)
    /// An option out of its range.
    case option(String)
    /// No backend has this name.
    case unknownBackend(String, known: [String])
    /// A sampler could not be made, or failed; `row` is the output it worked on.
    case sampler(String, row: Int?, reason: String)
}

extension ProjectionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFinite(let sample, let output):
            "the gradients at output \(output) for inputs like those of sample \(sample) do not add up to a finite number; lower the learning rate or clip them"
        case .fanIn(let count, let limit):
            "\(count) inputs have 2^\(count) directions, and enumeration takes at most \(limit); use the local backend, or auto, which chooses by the fan-in"
        case .tooLarge(let size, let sampler, let limit):
            "a row of this layer is a QUBO of about \(size.variables) variables and \(size.interactions) couplings, and \(sampler) is given at most \(limit) variables; "
                + "use the local backend, smaller batches, another sampler such as sa or tabu, or a higher limit (the setting projection-variables)"
        case .option(let reason): reason
        case .unknownBackend(let name, let known): "no projection is named “\(name.prefix(60))”; known are \(known.joined(separator: ", "))"
        case .sampler(let name, let row, let reason):
            "the sampler \(name.prefix(80))\(row.map { ", asked for row \($0)," } ?? "") failed: \(reason)"
        }
    }
}
