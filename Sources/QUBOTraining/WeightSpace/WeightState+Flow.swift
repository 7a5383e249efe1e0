internal import BitCore

/// Scratch of a state: what the proposed flip does on its way through the network.
final class Flow {
    /// A neuron whose sums change, and where its new ones come from: of one change of 2, or computed in a slot.
    struct Touch {
        var neuron: Int
        /// −1 for a change that has not been made anywhere.
        var slot: Int
        var change: SumChange
        var marginSum: Int
        var leastMargin: Int
    }

    struct Counts {
        var weight = 0
        var loss = 0
        var reward = 0.0
        var linear = 0.0
        var change = 0.0
        var work = 0
        var touches = 0
        var events = 0
        var links = 0
        var slots = 0
        var pending = 0
    }

    let counts: UnsafeMutablePointer<Counts>
    /// In topological order.
    let touches: UnsafeMutablePointer<Touch>
    /// Changes of scores, in the order in which they are made.
    let events: UnsafeMutablePointer<ScoreChange>
    /// `ScoreChange.step` of each.
    let steps: AlignedBuffer<Int16>
    /// Rows in which a neuron turns round: [neuron × words].
    let turned: AlignedBuffer<UInt64>
    /// A bit for each neuron that has to be visited, and for each of them a list of edges whose source has turned round.
    let pending: UnsafeMutablePointer<UInt64>
    let heads: UnsafeMutablePointer<Int32>
    let linkEdges: UnsafeMutablePointer<Int32>
    let linkNext: UnsafeMutablePointer<Int32>
    /// Places for neurons whose sums are computed anew; made when first needed.
    let slots: UnsafeMutablePointer<NeuronPlanes>
    private var slotMemory: [AlignedBuffer<UInt8>] = []
    private let neurons: Int
    private let columnBytes: Int
    private let planeBytes: Int

    init(_ layout: WeightLayout) {
        neurons = layout.neurons
        columnBytes = WeightState.columnBytes(layout)
        planeBytes = 8 * layout.words
        counts = .allocate(capacity: 1)
        counts.initialize(to: Counts())
        touches = .allocate(capacity: neurons)
        events = .allocate(capacity: neurons + 1)
        steps = AlignedBuffer(count: layout.hinge == nil ? 0 : (neurons + 1) * layout.stride)
        turned = AlignedBuffer(count: neurons * layout.words)
        pending = .allocate(capacity: (neurons + 63) / 64)
        pending.initialize(repeating: 0, count: (neurons + 63) / 64)
        heads = .allocate(capacity: neurons)
        heads.initialize(repeating: -1, count: neurons)
        linkEdges = .allocate(capacity: max(1, layout.childEdges.count))
        linkNext = .allocate(capacity: max(1, layout.childEdges.count))
        slots = .allocate(capacity: neurons)
    }

    deinit {
        counts.deallocate()
        touches.deallocate()
        events.deallocate()
        pending.deallocate()
        heads.deallocate()
        linkEdges.deallocate()
        linkNext.deallocate()
        slots.deallocate()
    }

    /// The next slot.
    func takeSlot() -> Int {
        let slot = counts.pointee.slots
        counts.pointee.slots += 1
        if slot == slotMemory.count {
            let memory = AlignedBuffer<UInt8>(count: columnBytes + 2 * planeBytes)
            slotMemory.append(memory)
            let raw = UnsafeMutableRawPointer(memory.pointer)
            (slots + slot).initialize(
                to: NeuronPlanes(
                    sums: raw, signs: (raw + columnBytes).assumingMemoryBound(to: UInt64.self),
                    near: (raw + columnBytes + planeBytes).assumingMemoryBound(to: UInt64.self)))
        }
        return slot
    }
}

/// How a flip goes through the network. A neuron with one parent that turns round is a matter of planes: where it turns round itself follows from
/// `near`, and its sums are read on acceptance alone. With several such parents, with integer inputs, or with margins that planes do not tell, its
/// sums are computed in a slot, which takes the place of the neuron's own on acceptance.
extension WeightState {
    func trace(_ weight: Int) {
        let counts = flow.counts
        counts.pointee = Flow.Counts(weight: weight)
        let (unit, neuron) = (Int(layout.sources[weight]), Int(layout.targets[weight]))
        let column = layout.columnOfUnit[unit] >= 0 ? UnsafePointer(layout.columns.pointer + layout.columnOfUnit[unit] * 64 * words) : nil
        let change = SumChange(rows: UnsafePointer(layout.valid.pointer), source: signs[unit], weight: mask(weight))
        if layout.hinge != nil, layout.outputOfNeuron[neuron] >= 0 {
            let step = takeStep()
            step[Int(layout.outputOfNeuron[neuron])] = isUp(weight) ? 2 : -2
            score(ScoreChange(rows: change.rows, source: column == nil ? change.source : nil, column: column, step: UnsafePointer(step)))
        }
        if layout.hasScoresOnly[neuron] { return }
        if let column {
            let slot = takeSlot(for: neuron)
            kernels.advance(flow.slots[slot], by: column, factor: isUp(weight) ? -2 : 2, words: words, isWide: layout.isWide)
            finish(neuron, slot, change)
        } else {
            visit(neuron, change)
        }
        guard counts.pointee.pending > 0 else { return }
        var word = neuron >> 6
        while counts.pointee.pending > 0 {
            while flow.pending[word] != 0 {
                let next = 64 * word + flow.pending[word].trailingZeroBitCount
                flow.pending[word] &= flow.pending[word] - 1
                counts.pointee.pending -= 1
                gather(next)
            }
            word += 1
        }
    }

    /// A neuron whose sums change by 2 for one reason.
    private func visit(_ neuron: Int, _ change: SumChange) {
        if layout.readsSums[neuron] {
            let slot = takeSlot(for: neuron)
            kernels.advance(flow.slots[slot], by: change, amount: 2, words: words, isWide: layout.isWide)
            return finish(neuron, slot, change)
        }
        let counts = flow.counts
        let planes = neurons[neuron]
        let output = Int(layout.outputOfNeuron[neuron])
        var margin = 0
        if layout.rewards[neuron] != 0 {
            margin = kernels.marginChange(
                of: planes, by: change, multiplicities: layout.multiplicityPlanes.pointer, planes: layout.multiplicityBits, words: words)
            counts.pointee.reward += layout.rewards[neuron] * Double(margin)
        }
        counts.pointee.work += 16 + words
        touch(Flow.Touch(neuron: neuron, slot: -1, change: change, marginSum: margin, leastMargin: 0))
        if layout.childStarts[neuron] == layout.childStarts[neuron + 1] {
            if layout.hinge == nil {
                counts.pointee.loss += kernels.errorChange(
                    of: planes, by: change, wanted: layout.wanted.pointer + output * words, sizes: layout.sizes.pointer + output * layout.sizeBits * words,
                    planes: layout.sizeBits, words: words)
            }
            return
        }
        let turned = flow.turned.pointer + neuron * words
        guard kernels.turns(of: planes, by: change, words: words, into: turned) > 0 else { return }
        spread(neuron, turned)
    }

    /// A neuron with parents that turned round.
    private func gather(_ neuron: Int) {
        let first = layout.firstNeuron
        var link = flow.heads[neuron]
        flow.heads[neuron] = -1
        func change(_ link: Int32) -> SumChange {
            let edge = Int(flow.linkEdges[Int(link)])
            let parent = Int(layout.sources[edge])
            return SumChange(rows: flow.turned.pointer + (parent - first) * words, source: signs[parent], weight: mask(edge))
        }
        if flow.linkNext[Int(link)] < 0 { return visit(neuron, change(link)) }
        let slot = takeSlot(for: neuron)
        let last = change(link)
        while link >= 0 {
            kernels.advance(flow.slots[slot], by: change(link), amount: 2, words: words, isWide: layout.isWide)
            flow.counts.pointee.work += 16 + 4 * words
            link = flow.linkNext[Int(link)]
        }
        finish(neuron, slot, last)
    }

    private func takeSlot(for neuron: Int) -> Int {
        let slot = flow.takeSlot()
        let (to, from) = (flow.slots[slot], neurons[neuron])
        to.sums.copyMemory(from: from.sums, byteCount: Self.columnBytes(layout))
        to.signs.update(from: from.signs, count: words)
        to.near.update(from: from.near, count: words)
        return slot
    }

    /// A neuron whose new sums stand in a slot.
    private func finish(_ neuron: Int, _ slot: Int, _ change: SumChange) {
        let counts = flow.counts
        let (old, new) = (neurons[neuron], flow.slots[slot])
        let turned = flow.turned.pointer + neuron * words
        var all: UInt64 = 0
        for word in 0..<words {
            turned[word] = old.signs[word] ^ new.signs[word]
            all |= turned[word]
        }
        var touched = Flow.Touch(neuron: neuron, slot: slot, change: change, marginSum: 0, leastMargin: 0)
        if layout.rewards[neuron] != 0 {
            let margins = margins(new.sums, neuron)
            touched.marginSum = margins.sum - marginSums[neuron]
            touched.leastMargin = margins.least - leastMargins[neuron]
            counts.pointee.reward += layout.rewards[neuron] * Double(layout.isWorst ? touched.leastMargin : touched.marginSum)
        }
        counts.pointee.work += 64 + 8 * words
        touch(touched)
        if all != 0 { spread(neuron, turned) }
    }

    /// A neuron turns round in some rows: what outputs lose by it, and who has to be visited.
    private func spread(_ neuron: Int, _ turned: UnsafeMutablePointer<UInt64>) {
        let counts = flow.counts
        let output = Int(layout.outputOfNeuron[neuron])
        if output >= 0, layout.hinge == nil {
            counts.pointee.loss += kernels.errorChange(
                of: neurons[neuron].signs, turning: turned, wanted: layout.wanted.pointer + output * words,
                sizes: layout.sizes.pointer + output * layout.sizeBits * words, planes: layout.sizeBits, words: words)
        }
        let edges = Int(layout.childStarts[neuron])..<Int(layout.childStarts[neuron + 1])
        var step: UnsafeMutablePointer<Int16>?
        for place in edges {
            let edge = Int(layout.childEdges[place])
            let child = Int(layout.targets[edge])
            if layout.hinge != nil, layout.outputOfNeuron[child] >= 0 {
                let own = step ?? takeStep()
                own[Int(layout.outputOfNeuron[child])] = isUp(edge) ? 2 : -2
                step = own
                if layout.hasScoresOnly[child] { continue }
            }
            let link = counts.pointee.links
            counts.pointee.links += 1
            flow.linkEdges[link] = Int32(truncatingIfNeeded: edge)
            flow.linkNext[link] = flow.heads[child]
            if flow.heads[child] < 0 {
                flow.pending[child >> 6] |= 1 << UInt64(child & 63)
                counts.pointee.pending += 1
            }
            flow.heads[child] = Int32(truncatingIfNeeded: link)
        }
        if let step {
            let source = UnsafePointer(neurons[neuron].signs)
            score(ScoreChange(rows: UnsafePointer(turned), source: source, column: nil, step: UnsafePointer(step)))
        }
    }

    private func touch(_ touch: Flow.Touch) {
        (flow.touches + flow.counts.pointee.touches).initialize(to: touch)
        flow.counts.pointee.touches += 1
    }

    /// Zeros for the step of the next event.
    private func takeStep() -> UnsafeMutablePointer<Int16> {
        let step = flow.steps.pointer + flow.counts.pointee.events * layout.stride
        step.update(repeating: 0, count: layout.stride)
        return step
    }

    /// Scores change. Each event is counted on what the ones before it have left: they are made, and withdrawn by a rejection.
    private func score(_ change: ScoreChange) {
        let counts = flow.counts
        if counts.pointee.events > 0 {
            kernels.advance(scores, by: flow.events[counts.pointee.events - 1], words: words, isWide: layout.isWide)
        }
        (flow.events + counts.pointee.events).initialize(to: change)
        counts.pointee.events += 1
        counts.pointee.loss += kernels.hingeChange(scores, by: change, words: words, isWide: layout.isWide)
        counts.pointee.work += 16 + 8 * words
    }

    /// Undoes the events that were made.
    func withdraw() {
        let events = flow.counts.pointee.events
        guard events > 1 else { return }
        for event in stride(from: events - 2, through: 0, by: -1) {
            let step = flow.steps.pointer + event * layout.stride
            for k in 0..<layout.stride { step[k] = -step[k] }
            kernels.advance(scores, by: flow.events[event], words: words, isWide: layout.isWide)
        }
    }

    /// Makes the proposed flip, but for the weight itself. Sources are told by their signs before it, so children come before parents.
    func advance() {
        let counts = flow.counts
        let first = layout.firstNeuron
        if counts.pointee.events > 0 {
            kernels.advance(scores, by: flow.events[counts.pointee.events - 1], words: words, isWide: layout.isWide)
        }
        for index in stride(from: counts.pointee.touches - 1, through: 0, by: -1) {
            let touch = flow.touches[index]
            if touch.slot < 0 {
                kernels.advance(neurons[touch.neuron], by: touch.change, amount: 2, words: words, isWide: layout.isWide)
            } else {
                swap(&neurons[touch.neuron], &flow.slots[touch.slot])
                signs[first + touch.neuron] = UnsafePointer(neurons[touch.neuron].signs)
            }
            marginSums[touch.neuron] += touch.marginSum
            leastMargins[touch.neuron] += touch.leastMargin
        }
    }
}
