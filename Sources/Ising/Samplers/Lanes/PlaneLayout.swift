internal import BitCore

/// A model laid out for multi-spin coding: 512 replicas, a plane of bits for each variable. Made once and shared by all reads.
///
/// Planes stand by the form of the variables' terms, so that one loop without branches serves all variables of a form, and within a form in
/// an order that keeps neighbours close. One more plane, all ones, stands for the fields when energies are counted.
package struct PlaneLayout: Sendable {
    /// Pairs of planes with the same weight and sign.
    struct Pairs: Sendable {
        var weight: UInt32
        /// Counted where they differ: J < 0.
        var differing: Bool
        var ends: [UInt32]
    }

    let model: PlaneModel
    let variables: Int
    let scale: Double
    /// The plane of each variable.
    let planeOf: [UInt32]
    let pairs: [Pairs]
    let slices: [LaneSlice]
    /// Σ|h| + Σ|J|: the energy is twice the weight of the unsatisfied terms less this.
    let weight: Int64
    /// Planes that a sweep reads and writes.
    let work: Int

    /// About how long the layout of a model takes, which looks at no clock.
    static func seconds(_ model: IntegerModel) -> Double { 1e-6 * Double(model.variables + model.neighbours.count) }

    /// nil when |h| + Σ|J| of a variable is above 254, or the model is too large for 32-bit distances.
    package init?(_ model: IntegerModel) {
        let count = model.variables
        guard Int(model.largestRow) <= PlaneModel.largestWeight, count < 1 << 25, model.neighbours.count < 1 << 30 else { return nil }
        variables = count
        scale = model.scale
        let locality = VariableOrder.places(starts: model.starts, neighbours: model.neighbours)

        let forms = (0..<count).map { Form(model, $0) }
        let order = (0..<count).sorted {
            let (a, b) = (forms[$0], forms[$1])
            return (a.weight, a.positive, a.negative, a.parity, locality[$0]) < (b.weight, b.positive, b.negative, b.parity, locality[$1])
        }
        var planeOf = [UInt32](repeating: 0, count: count)
        for (plane, variable) in order.enumerated() { planeOf[variable] = UInt32(plane) }
        self.planeOf = planeOf
        func distance(_ variable: Int) -> UInt32 { planeOf[variable] * UInt32(PlaneModel.planeBytes) }

        var runs: [PlaneModel.Run] = []
        var terms: [UInt32] = []
        terms.reserveCapacity(model.neighbours.count)
        var up: [Int16] = []
        var down: [Int16] = []
        for (plane, variable) in order.enumerated() {
            let form = forms[variable]
            if let last = runs.last, forms[order[plane - 1]] == form, last.count < LaneSlice.runLength {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(form.run(first: plane, term: terms.count))
            }
            let row = model.starts[variable]..<model.starts[variable + 1]
            let last = terms.count + form.terms
            var level: Int32 = 0
            while terms.count < last {
                for place in row where model.weights[place] > 0 && model.weights[place] >> level & 1 == 1 {
                    terms.append(distance(Int(model.neighbours[place])))
                }
                for place in row where model.weights[place] < 0 && -model.weights[place] >> level & 1 == 1 {
                    terms.append(distance(Int(model.neighbours[place])))
                }
                level += 1
            }
            let gap = form.weight - Int(model.fields[variable])
            up.append(Int16((gap + 1) >> 1))
            down.append(Int16(gap >> 1 + 1))
        }
        self.model = PlaneModel(planes: count + 1, runs: runs, terms: terms, up: up, down: down)

        // Energies: every coupling once, from its end in the earlier plane, and every field with the constant plane.
        var lists = [[UInt32]](repeating: [], count: 2 * PlaneModel.levels)
        func add(_ first: UInt32, _ second: UInt32, _ value: Int32) {
            for level in 0..<PlaneModel.levels where value.magnitude >> UInt32(level) & 1 == 1 {
                lists[2 * level + (value < 0 ? 1 : 0)].append(first)
                lists[2 * level + (value < 0 ? 1 : 0)].append(second)
            }
        }
        var weight: Int64 = 0
        for variable in order {
            if model.fields[variable] != 0 { add(distance(variable), UInt32(count * PlaneModel.planeBytes), model.fields[variable]) }
            weight += Int64(model.fields[variable].magnitude)
            for place in model.starts[variable]..<model.starts[variable + 1] {
                let neighbour = Int(model.neighbours[place])
                if planeOf[variable] < planeOf[neighbour] {
                    add(distance(variable), distance(neighbour), model.weights[place])
                    weight += Int64(model.weights[place].magnitude)
                }
            }
        }
        guard weight < 1 << 31 else { return nil }
        self.weight = weight
        pairs = lists.indices.filter { !lists[$0].isEmpty }.map {
            Pairs(weight: 1 << UInt32($0 / 2), differing: $0 % 2 == 1, ends: lists[$0])
        }
        work = count + terms.count

        slices = LaneSlice.cut(runs.map { ($0.count, $0.count * (1 + forms[order[$0.first]].terms)) })
    }

    /// What the variables of a run have in common: how many terms of each sign they have at each level, eight bits a count, W, and the parity
    /// of W − h.
    private struct Form: Equatable {
        private(set) var weight = 0
        private(set) var positive: UInt64 = 0
        private(set) var negative: UInt64 = 0
        private(set) var parity = 0

        init(_ model: IntegerModel, _ variable: Int) {
            for place in model.starts[variable]..<model.starts[variable + 1] {
                let value = model.weights[place]
                weight += Int(value.magnitude)
                for level in 0..<PlaneModel.levels where value.magnitude >> UInt32(level) & 1 == 1 {
                    if value > 0 { positive += 1 << UInt64(8 * level) } else { negative += 1 << UInt64(8 * level) }
                }
            }
            parity = (weight - Int(model.fields[variable])) & 1
        }

        var terms: Int { Self.counts(positive).reduce(0) { $0 + Int($1) } + Self.counts(negative).reduce(0) { $0 + Int($1) } }

        private static func counts(_ word: UInt64) -> [UInt8] {
            (0..<PlaneModel.levels).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }

        func run(first: Int, term: Int) -> PlaneModel.Run {
            PlaneModel.Run(
                first: first, count: 1, term: term, positive: Self.counts(positive), negative: Self.counts(negative), weight: weight,
                parity: parity)
        }
    }
}
