import BinaryTraining
import Synchronization
import Testing

@Suite struct BatchQueueTests {
    struct Broken: Error {}

    @Test(arguments: [0, 1, 2, 100]) func elementsComeInOrder(ahead: Int) throws {
        let queue = BatchQueue(count: 50, ahead: ahead) { $0 * $0 }
        for i in 0..<50 { #expect(try queue.next() == i * i) }
    }

    @Test(arguments: [0, 1, 3]) func noMoreAreMadeThanAskedFor(ahead: Int) throws {
        let made = Mutex(0)
        let queue = BatchQueue(count: 100, ahead: ahead) { index in
            made.withLock { $0 += 1 }
            return index
        }
        for _ in 0..<7 { _ = try queue.next() }
        queue.cancel()
        #expect((7...7 + ahead).contains(made.withLock { $0 }))
    }

    @Test(arguments: [0, 2]) func anErrorComesInItsPlace(ahead: Int) throws {
        let queue = BatchQueue(count: 5, ahead: ahead) { index in
            if index == 2 { throw Broken() }
            return index
        }
        #expect(try queue.next() == 0)
        #expect(try queue.next() == 1)
        #expect(throws: Broken.self) { try queue.next() }
        #expect(try queue.next() == 3)
    }

    /// Let go in the middle, it ends without a word.
    @Test func abandonedQueuesEnd() throws {
        for count in 0..<200 {
            let queue = BatchQueue(count: 10, ahead: 3) { $0 }
            if count % 2 == 0 { _ = try queue.next() }
        }
    }
}
