package import BitCore
package import Ising

/// Weights, and what the network of these weights does with all samples: sums, signs, margins, the objective. They always agree.
///
/// `propose` says what the flip of a weight would change, and leaves the state as it is; `accept` makes that flip, `reject` drops it. Between a proposal
/// and its answer nothing else may be asked for.
package final class WeightState {
    package let layout: WeightLayout
    let kernels: Kernels
    let words: Int
    private let bits: AlignedBuffer<UInt64>
    private let memory: AlignedBuffer<UInt8>
    private let planes: AlignedBuffer<UInt64>
    private let scoreMemory: AlignedBuffer<UInt8>

    /// By neurons. What a neuron has stands in its own place or, after a swap, in a slot's.
    let neurons: UnsafeMutablePointer<NeuronPlanes>
    /// By units: inputs, the constant, neurons.
    let signs: UnsafeMutablePointer<UnsafePointer<UInt64>>
    let scores: ClassScores
    /// Σ multiplicity·M and the least M, of rewarded neurons.
    let marginSums: UnsafeMutablePointer<Int>
    let leastMargins: UnsafeMutablePointer<Int>

    /// Σ h·w.
    private(set) var linearSum = 0.0
    /// Wrong outputs, or the hinge.
    package private(set) var loss = 0
    /// The objective, as sums of changes have it; `exactEnergy` is what it is.
    package private(set) var energy = 0.0
    /// Work so far, in units of some nanoseconds: when to look at a clock.
    package private(set) var work = 0

    let flow: Flow

    package init(_ layout: WeightLayout, kernels: Kernels = .active) {
        self.layout = layout
        self.kernels = kernels
        words = layout.words
        let count = layout.neurons
        let column = Self.columnBytes(layout)
        bits = AlignedBuffer(count: (layout.weights + 63) / 64)
        memory = AlignedBuffer(count: count * column)
        planes = AlignedBuffer(count: 2 * count * words)
        scoreMemory = AlignedBuffer(count: layout.hinge == nil ? 0 : 64 * words * layout.stride * (layout.isWide ? 4 : 2))
        scores = ClassScores(
            values: UnsafeMutableRawPointer(scoreMemory.pointer), stride: layout.stride, labels: layout.labels.pointer,
            multiplicities: layout.multiplicities.pointer)
        let first = layout.firstNeuron
        neurons = .allocate(capacity: count)
        signs = .allocate(capacity: first + count)
        marginSums = .allocate(capacity: count)
        leastMargins = .allocate(capacity: count)
        marginSums.initialize(repeating: 0, count: count)
        leastMargins.initialize(repeating: 0, count: count)
        for unit in 0..<first { (signs + unit).initialize(to: UnsafePointer(layout.inputs.pointer + unit * words)) }
        for neuron in 0..<count {
            (neurons + neuron).initialize(
                to: NeuronPlanes(
                    sums: UnsafeMutableRawPointer(memory.pointer + neuron * column), signs: planes.pointer + 2 * neuron * words,
                    near: planes.pointer + (2 * neuron + 1) * words))
            (signs + first + neuron).initialize(to: UnsafePointer(neurons[neuron].signs))
        }
        flow = Flow(layout)
        set(PackedSpins(count: layout.weights))
    }

    deinit {
        neurons.deallocate()
        signs.deallocate()
        marginSums.deallocate()
        leastMargins.deallocate()
    }

    static func columnBytes(_ layout: WeightLayout) -> Int { 64 * layout.words * (layout.isWide ? 4 : 2) }

    package var weights: PackedSpins {
        PackedSpins(words: Array(UnsafeBufferPointer(start: bits.pointer, count: bits.count)), count: layout.weights)
    }

    /// Copies the weights' words.
    func copyWeights(to words: UnsafeMutablePointer<UInt64>) { words.update(from: bits.pointer, count: bits.count) }

    @inline(__always) func isUp(_ weight: Int) -> Bool { bits.pointer[weight >> 6] >> UInt64(weight & 63) & 1 == 1 }
    @inline(__always) func mask(_ weight: Int) -> UInt64 { 0 &- (bits.pointer[weight >> 6] >> UInt64(weight & 63) & 1) }

    /// The objective from the sums that are kept in integers.
    package var exactEnergy: Double {
        var sum = Double(loss) + linearSum
        for neuron in 0..<layout.neurons where layout.rewards[neuron] != 0 {
            sum -= layout.rewards[neuron] * Double(layout.isWorst ? leastMargins[neuron] : marginSums[neuron])
        }
        return sum
    }

    // MARK: all weights

    /// Goes to other weights: everything is computed anew.
    /// - Precondition: as many as the network has.
    package func set(_ weights: PackedSpins) {
        precondition(weights.count == layout.weights, "\(weights.count) weights for a network of \(layout.weights)")
        for (index, word) in weights.words.enumerated() { bits.pointer[index] = word }
        let network = layout.problem.network
        for neuron in 0..<layout.neurons {
            let planes = neurons[neuron]
            clear(planes)
            for edge in network.incoming(neuron + network.firstNeuron) {
                let unit = Int(layout.sources[edge])
                if layout.columnOfUnit[unit] >= 0 {
                    let column = layout.columns.pointer + layout.columnOfUnit[unit] * 64 * words
                    kernels.advance(planes, by: column, factor: isUp(edge) ? 1 : -1, words: words, isWide: layout.isWide)
                } else {
                    // Up where the signs of source and weight are equal.
                    let change = SumChange(rows: layout.valid.pointer, source: signs[unit], weight: ~mask(edge))
                    kernels.advance(planes, by: change, amount: 1, words: words, isWide: layout.isWide)
                }
            }
            if layout.rewards[neuron] != 0 { (marginSums[neuron], leastMargins[neuron]) = margins(planes.sums, neuron) }
        }
        linearSum = layout.linear.enumerated().reduce(0) { $0 + (isUp($1.offset) ? $1.element : -$1.element) }
        loss = layout.hinge == nil ? errors() : setScores()
        energy = exactEnergy
        work &+= layout.weights * words * 8
    }

    /// Sums of 0 in the rows; beyond them what keeps both planes 0.
    private func clear(_ neuron: NeuronPlanes) {
        let lanes = 64 * words
        if layout.isWide {
            let z = neuron.sums.assumingMemoryBound(to: Int32.self)
            for row in 0..<lanes { z[row] = row < layout.rows ? 0 : -4 }
        } else {
            let z = neuron.sums.assumingMemoryBound(to: Int16.self)
            for row in 0..<lanes { z[row] = row < layout.rows ? 0 : -4 }
        }
        neuron.signs.update(from: layout.valid.pointer, count: words)
        neuron.near.update(from: layout.valid.pointer, count: words)
    }

    private func sum(_ neuron: Int, _ row: Int) -> Int {
        layout.isWide
            ? Int(neurons[neuron].sums.load(fromByteOffset: 4 * row, as: Int32.self))
            : Int(neurons[neuron].sums.load(fromByteOffset: 2 * row, as: Int16.self))
    }

    func margins(_ sums: UnsafeRawPointer, _ neuron: Int) -> (sum: Int, least: Int) {
        kernels.margins(
            sums, rows: layout.rows, shift: layout.problem.facts[neuron].counts ? 1 : 0, multiplicities: layout.multiplicities.pointer,
            isWide: layout.isWide)
    }

    private func errors() -> Int {
        let (network, samples) = (layout.problem.network, layout.problem.samples)
        var sum = 0
        for (output, unit) in network.outputs.enumerated() {
            let plane = signs[unit]
            for row in 0..<layout.rows { sum += samples.errors(row, output: output, isPositive: plane[row >> 6] >> UInt64(row & 63) & 1 == 1) }
        }
        return sum
    }

    private func setScores() -> Int {
        let network = layout.problem.network
        let outputs = network.outputs.map { $0 - network.firstNeuron }
        var total = 0
        let margin = layout.hinge ?? 0
        for row in 0..<layout.rows {
            let label = Int(layout.labels.pointer[row])
            let own = sum(outputs[label], row)
            var loss = 0
            for k in 0..<layout.stride {
                let value = k < outputs.count ? margin - (own - sum(outputs[k], row)) : -(layout.isWide ? 1 << 28 : 1 << 14) - own
                if k != label, value > 0 { loss += value }
                if layout.isWide {
                    scores.values.storeBytes(of: Int32(value), toByteOffset: 4 * (row * layout.stride + k), as: Int32.self)
                } else {
                    scores.values.storeBytes(of: Int16(value), toByteOffset: 2 * (row * layout.stride + k), as: Int16.self)
                }
            }
            total += loss * Int(layout.multiplicities.pointer[row])
        }
        return total
    }

    /// Samples whose largest sum, the first of equal ones, is the label's; of a hinge loss alone.
    package var correct: Int {
        var sum = 0
        let margin = layout.hinge ?? 0
        for row in 0..<layout.rows {
            let label = Int(layout.labels.pointer[row])
            let isRight = (0..<layout.problem.samples.outputs).allSatisfy { k in
                let place = row * layout.stride + k
                let y =
                    layout.isWide
                    ? Int(scores.values.load(fromByteOffset: 4 * place, as: Int32.self)) : Int(scores.values.load(fromByteOffset: 2 * place, as: Int16.self))
                // y − margin = z_k − z_label.
                return k == label || y < margin || (y == margin && k > label)
            }
            if isRight { sum += Int(layout.multiplicities.pointer[row]) }
        }
        return sum
    }

    // MARK: one flip

    /// The change of the objective if this weight flipped.
    package func propose(_ weight: Int) -> Double {
        trace(weight)
        let flow = flow.counts
        var change = Double(flow.pointee.loss) - flow.pointee.reward
        if layout.hasLinear {
            flow.pointee.linear = (isUp(weight) ? -2 : 2) * layout.linear[weight]
            change += flow.pointee.linear
        }
        flow.pointee.change = change
        work &+= flow.pointee.work
        return change
    }

    /// Makes the flip that was proposed last.
    package func accept() {
        let flow = flow.counts
        advance()
        let weight = flow.pointee.weight
        bits.pointer[weight >> 6] ^= 1 << UInt64(weight & 63)
        loss += flow.pointee.loss
        energy += flow.pointee.change
        linearSum += flow.pointee.linear
        work &+= 4 * flow.pointee.work
    }

    /// Drops the flip that was proposed last.
    package func reject() { withdraw() }

    /// Proposes and accepts.
    @discardableResult package func flip(_ weight: Int) -> Double {
        let change = propose(weight)
        accept()
        return change
    }
}
