internal import Dispatch
internal import Synchronization

/// Makes elements in order on one background queue, a few ahead of who takes them, so that the next is there when it is wanted. What comes out
/// does not depend on timing; an error comes out in its place.
package final class BatchQueue<Element: Sendable>: Sendable {
    private let count: Int
    private let make: @Sendable (Int) throws -> Element
    private let queue = DispatchQueue(label: "spinflip.batches", qos: .userInitiated)
    private let shelf = Shelf()

    /// What the background queue and the taker share; it outlives the queue's last block.
    private final class Shelf: Sendable {
        let filled = DispatchSemaphore(value: 0)
        let state = Mutex(State())
    }

    private struct State: Sendable {
        var ready: [Result<Element, any Error>] = []
        var scheduled = 0
        var taken = 0
        var isCancelled = false
    }

    /// - Parameters:
    ///   - count: elements there are.
    ///   - ahead: how many are made before they are asked for; memory is bounded by this. 0 makes each when it is asked for.
    ///   - make: the element of each index, called from one thread at a time, in order.
    package init(count: Int, ahead: Int, make: @escaping @Sendable (Int) throws -> Element) {
        precondition(count >= 0 && ahead >= 0, "\(count) elements, \(ahead) ahead")
        self.count = count
        self.make = make
        for _ in 0..<min(ahead, count) { schedule() }
    }

    deinit { cancel() }

    /// The next element, waiting for it if need be.
    /// - Precondition: there is one, and the queue is not cancelled.
    package func next() throws -> Element {
        let (index, isScheduled) = shelf.state.withLock { state in
            precondition(!state.isCancelled, "elements of a cancelled queue")
            state.taken += 1
            if state.taken > state.scheduled { return (state.taken - 1, false) }
            return (state.taken - 1, true)
        }
        precondition(index < count, "element \(index) of \(count)")
        guard isScheduled else {
            shelf.state.withLock { $0.scheduled += 1 }
            return try make(index)
        }
        shelf.filled.wait()
        let result = shelf.state.withLock { $0.ready.removeFirst() }
        schedule()
        return try result.get()
    }

    /// Makes no further elements; returns when none is being made.
    package func cancel() {
        shelf.state.withLock { $0.isCancelled = true }
        queue.sync {}
    }

    private func schedule() {
        let index = shelf.state.withLock { state -> Int? in
            guard state.scheduled < count, !state.isCancelled else { return nil }
            state.scheduled += 1
            return state.scheduled - 1
        }
        guard let index else { return }
        queue.async { [make, shelf] in
            guard !shelf.state.withLock({ $0.isCancelled }) else { return }
            let result = Result { try make(index) }
            shelf.state.withLock { $0.ready.append(result) }
            shelf.filled.signal()
        }
    }
}
