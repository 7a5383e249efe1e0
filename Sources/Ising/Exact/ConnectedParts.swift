/// The groups of variables that couplings of non-zero weight connect: each can be solved by itself.
struct ConnectedParts: Sendable {
    /// Variables of each group, ascending; groups by their first variable.
    let groups: [[Int]]

    init(_ terms: QuadraticTerms) {
        var group = [Int](repeating: -1, count: terms.variables)
        var groups: [[Int]] = []
        var open: [Int] = []
        for first in 0..<terms.variables where group[first] < 0 {
            let number = groups.count
            groups.append([])
            group[first] = number
            open.append(first)
            while let variable = open.popLast() {
                groups[number].append(variable)
                for place in terms.adjacency.row(variable) where terms.adjacency.weights[place] != 0 {
                    let other = Int(terms.adjacency.neighbours[place])
                    guard group[other] < 0 else { continue }
                    group[other] = number
                    open.append(other)
                }
            }
            groups[number].sort()
        }
        self.groups = groups
    }

    /// The part of a model that one group is, numbered from 0, without the offset.
    func model(_ number: Int, of model: IsingModel) throws(SamplerError) -> IsingModel {
        let terms = model.terms
        let group = groups[number]
        var local: [Int32: Int32] = [:]
        local.reserveCapacity(group.count)
        for (index, variable) in group.enumerated() { local[Int32(variable)] = Int32(index) }
        var (first, second, weights): ([Int32], [Int32], [Double]) = ([], [], [])
        for (index, variable) in group.enumerated() {
            for place in terms.adjacency.row(variable) {
                // Couplings of weight 0 may lead to another group.
                guard let other = local[terms.adjacency.neighbours[place]], other > index else { continue }
                first.append(Int32(index))
                second.append(other)
                weights.append(terms.adjacency.weights[place])
            }
        }
        do {
            return IsingModel(
                terms: try QuadraticTerms(offset: 0, linear: group.map { terms.linear[$0] }, first: first, second: second, weights: weights))
        } catch {
            throw .model(error)
        }
    }
}
