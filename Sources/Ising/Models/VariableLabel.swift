/// What a problem file calls a variable. Models count their variables from 0; labels are names beside them, in the same order, and nothing
/// computes with them.
public indirect enum VariableLabel: Hashable, Sendable {
    case integer(Int)
    case real(Double)
    case text(String)
    /// As in the grids of dimod, whose labels are tuples of coordinates.
    case tuple([VariableLabel])
}

extension VariableLabel: CustomStringConvertible {
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): value
        case .tuple(let parts): "(" + parts.map(\.description).joined(separator: ", ") + ")"
        }
    }
}
