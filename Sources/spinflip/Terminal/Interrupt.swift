internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C, and a polite kill, as a flag that long work polls. A second Ctrl-C ends the program at once.
final class Interrupt: Sendable {
    private let flag = Atomic<Bool>(false)
    // Written once, then only kept alive.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    var isSet: Bool { flag.load(ordering: .relaxed) }

    init() {
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] {
            // The default action would end the program before the source is told.
            signal(number, SIG_IGN)
            sources.append(DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive)))
        }
        self.sources = sources
        for source in sources {
            source.setEventHandler { [unowned self] in
                if flag.exchange(true, ordering: .relaxed) { Output.end(.interrupted) }
            }
            source.activate()
        }
    }
}
