internal import BitCore

/// A model laid out for annealing in 64 byte lanes. Made once and shared by all reads.
///
/// Variables stand by how many couplings of +1, −1 and other values they have, so that loops have constant lengths, and among those that
/// are alike in an order that keeps neighbours close.
package struct ByteLayout: Sendable {
    let model: ByteLaneModel
    let variables: Int
    let scale: Double
    /// The place of each variable.
    let placeOf: [UInt32]
    let slices: [LaneSlice]
    /// Bytes of 64 lanes that a sweep reads and writes.
    let work: Int

    /// nil when |h| + Σ|J| of a variable is above 127, or the model is too large.
    package init?(_ model: IntegerModel) {
        let count = model.variables
        guard Int(model.largestRow) <= ByteLaneModel.largestWeight, count < 1 << 23, model.neighbours.count < 1 << 30 else { return nil }
        variables = count
        scale = model.scale
        let locality = VariableOrder.places(starts: model.starts, neighbours: model.neighbours)
        let forms = (0..<count).map { variable in
            model.starts[variable]..<model.starts[variable + 1]
        }.map { row in
            var form = Form(plus: 0, minus: 0, other: 0)
            for place in row {
                switch model.weights[place] {
                case 1: form.plus += 1
                case -1: form.minus += 1
                case 0: break
                default: form.other += 1
                }
            }
            return form
        }
        let order = (0..<count).sorted {
            let (a, b) = (forms[$0], forms[$1])
            return (a.couplings, a.plus, a.minus, locality[$0]) < (b.couplings, b.plus, b.minus, locality[$1])
        }
        var placeOf = [UInt32](repeating: 0, count: count)
        for (place, variable) in order.enumerated() { placeOf[variable] = UInt32(place) }
        self.placeOf = placeOf
        func distance(_ place: Int) -> UInt32 { placeOf[Int(model.neighbours[place])] * UInt32(ByteLaneModel.lanes) }

        var runs: [ByteLaneModel.Run] = []
        var terms: [UInt32] = []
        terms.reserveCapacity(model.neighbours.count)
        var pull: [Int8] = []
        var fields: [Int8] = []
        for (index, variable) in order.enumerated() {
            let form = forms[variable]
            if let last = runs.last, forms[order[index - 1]] == form, last.count < LaneSlice.runLength {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(.init(first: index, count: 1, term: terms.count, plus: form.plus, minus: form.minus, other: form.other))
            }
            let row = model.starts[variable]..<model.starts[variable + 1]
            for place in row where model.weights[place] == 1 { terms.append(distance(place)) }
            for place in row where model.weights[place] == -1 { terms.append(distance(place)) }
            var sum = 0
            for place in row {
                sum += Int(model.weights[place])
                guard model.weights[place].magnitude > 1 else { continue }
                terms.append(distance(place))
                terms.append(UInt32(UInt8(bitPattern: Int8(model.weights[place]))) * 0x0101_0101)
            }
            pull.append(Int8(sum - Int(model.fields[variable])))
            fields.append(Int8(model.fields[variable]))
        }
        self.model = ByteLaneModel(runs: runs, terms: terms, pull: pull, fields: fields)
        work = count + terms.count
        slices = LaneSlice.cut(runs.map { ($0.count, $0.count * (1 + $0.numbers)) })
    }

    private struct Form: Equatable {
        var plus: Int
        var minus: Int
        var other: Int
        var couplings: Int { plus + minus + other }
    }
}
