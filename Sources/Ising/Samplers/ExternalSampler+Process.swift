internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// A shell command in a process group of its own, with three pipes. One thread serves them all, so that none can block another: a
/// program may write before it reads, read nothing, close a pipe early, or never end.
final class ExternalProcess {
    /// How it ended.
    struct Ending {
        /// The exit status; nil when a signal ended it, or it could not be told.
        var status: Int32?
        var signal: Int32?
        /// It was made to end: at a limit, after a fault, or because it did not end after its output.
        var wasStopped: Bool
        /// The end of what it wrote to standard error.
        var errors: String

        /// It ended by itself, and not well.
        var isFailure: Bool { !wasStopped && status != 0 }

        /// Why there is no more.
        func reason(afterSeconds limit: Double?) -> String {
            var text: String
            if wasStopped {
                text = "gave no sample" + (limit.map { " within \($0) s" } ?? " before it was stopped")
            } else if let status, status != 0 {
                text = "ended with status \(status)"
            } else if let signal {
                text = "was ended by signal \(signal)"
            } else {
                text = "ended without a sample"
            }
            if !errors.isEmpty { text += ": " + errors }
            return text
        }
    }

    /// Why a program cannot be started.
    struct StartError: Error, CustomStringConvertible {
        var code: Int32
        var description: String { String(cString: strerror(code)) }
    }

    private let process: pid_t
    /// Closed ones are −1.
    private var input: Int32
    private var output: Int32
    private var errors: Int32

    /// Between a pipe's making and its mark not to be inherited no other child may start: it would hold this one's input open.
    private static let starting = Mutex(())

    /// Starts it.
    init(_ command: String) throws(StartError) {
        (process, input, output, errors) = try Self.starting.withLock { _ throws(StartError) in try Self.start(command) }
    }

    private static func start(_ command: String) throws(StartError) -> (pid_t, input: Int32, output: Int32, errors: Int32) {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input.reading, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
        // Signals that this program ignores or blocks are the child's own business.
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        let words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
        defer { for word in words { free(word) } }
        let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, words, environ)
        guard code == 0 else { throw StartError(code: code) }
        let kept = (input.takeWriting(), output.takeReading(), errors.takeReading())
        for descriptor in [kept.0, kept.1, kept.2] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        return (process, kept.0, kept.1, kept.2)
    }

    deinit {
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
    }

    /// Milliseconds between looks at the limits.
    private static let interval: Int32 = 5
    /// Of standard error, what is kept.
    private static let tailLength = 600

    /// Feeds the program and reads what it writes until it has ended, one way or the other; everything it started is then gone.
    /// - Parameters:
    ///   - grace: seconds between asking to terminate and killing.
    ///   - isStopped: asked every few milliseconds.
    ///   - input: the next piece of standard input; nil at its end.
    ///   - output: is given what comes; returns false to end the program.
    func exchange(
        grace: Double, seconds: () -> Double, isStopped: () -> Bool, input next: () -> [UInt8]?, output take: (ArraySlice<UInt8>) -> Bool
    ) -> Ending {
        let blocked = BrokenPipeBlock()
        defer { blocked.end() }
        var pending: ArraySlice<UInt8> = []
        var tail: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // When the program is to be gone; nil while it may run.
        var deadline: Double?
        var wasStopped = false
        var wasKilled = false
        while true {
            var waiting: [pollfd] = []
            if input >= 0 { waiting.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
            if output >= 0 { waiting.append(pollfd(fd: output, events: Int16(POLLIN), revents: 0)) }
            if errors >= 0 { waiting.append(pollfd(fd: errors, events: Int16(POLLIN), revents: 0)) }
            _ = poll(&waiting, nfds_t(waiting.count), Self.interval)
            if input >= 0 { feed(&pending, next) }
            if output >= 0, !drain(&output, into: &buffer, take) {
                wasStopped = true
                break
            }
            if errors >= 0 {
                _ = drain(&errors, into: &buffer) { bytes in
                    tail.append(contentsOf: bytes)
                    if tail.count > 2 * Self.tailLength { tail.removeFirst(tail.count - Self.tailLength) }
                    return true
                }
            }
            let hasEnded = hasEnded
            if hasEnded, output < 0, errors < 0 { break }
            let now = seconds()
            if deadline == nil {
                if isStopped() {
                    kill(-process, SIGTERM)
                    wasStopped = true
                    deadline = now + grace
                } else if hasEnded || output < 0 {
                    // A process left behind may hold the pipes; a program may sleep on after its output.
                    deadline = now + grace
                }
            }
            if let limit = deadline, now >= limit {
                if wasKilled || hasEnded { break }
                wasStopped = true
                wasKilled = true
                kill(-process, SIGKILL)
                // The kernel needs a moment; what is in the pipes is still read.
                deadline = now + 0.5
            }
        }
        // Until it is waited for, its number, and that of its group, belong to nobody else.
        kill(-process, SIGKILL)
        var status: Int32 = 0
        let reaped = waitpid(process, &status, 0) == process
        let signal = status & 0x7F
        let text = ExternalText.shown(String(decoding: tail.suffix(Self.tailLength), as: UTF8.self), limit: Self.tailLength)
        return Ending(
            status: reaped && signal == 0 ? status >> 8 & 0xFF : nil, signal: reaped && signal != 0 ? signal : nil, wasStopped: wasStopped,
            errors: text.split(separator: " ").joined(separator: " "))
    }

    /// Whether the shell has ended. It is not waited for yet.
    private var hasEnded: Bool {
        var information = siginfo_t()
        let code = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
        return code != 0 || information.si_signo == SIGCHLD
    }

    /// Writes what the pipe takes. A program that reads no further is none the worse for it.
    private func feed(_ pending: inout ArraySlice<UInt8>, _ next: () -> [UInt8]?) {
        while true {
            if pending.isEmpty {
                guard let piece = next() else { break }
                pending = piece[...]
                if pending.isEmpty { continue }
            }
            let count = pending.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count > 0 {
                pending = pending.dropFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                break
            }
        }
        close(input)
        input = -1
    }

    /// Reads what is there, and closes at the end.
    /// - Returns: whether `take` wants more.
    private func drain(_ descriptor: inout Int32, into buffer: inout [UInt8], _ take: (ArraySlice<UInt8>) -> Bool) -> Bool {
        // A program that writes faster than this reads must not keep it from the clock.
        for _ in 0..<16 {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                if !take(buffer[..<count]) { return false }
            } else if count < 0, errno == EINTR {
                continue
            } else {
                if count < 0, errno == EAGAIN { return true }
                close(descriptor)
                descriptor = -1
                return true
            }
        }
        return true
    }
}

/// Two ends that no other child inherits, away from the three standard streams. What is not taken out is closed.
private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(ExternalProcess.StartError) {
        var ends: [Int32] = [-1, -1]
        guard openPipe(&ends) == 0 else { throw ExternalProcess.StartError(code: errno) }
        reading = fcntl(ends[0], F_DUPFD_CLOEXEC, 3)
        writing = fcntl(ends[1], F_DUPFD_CLOEXEC, 3)
        let code = errno
        for end in ends { close(end) }
        guard reading >= 0, writing >= 0 else { throw ExternalProcess.StartError(code: code) }
    }

    deinit {
        for end in [reading, writing] where end >= 0 { close(end) }
    }

    func takeReading() -> Int32 {
        defer { reading = -1 }
        return reading
    }

    func takeWriting() -> Int32 {
        defer { writing = -1 }
        return writing
    }
}

/// `pipe` under a name that no method shadows.
private func openPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }

/// While it lives, a pipe whose reader has gone is an error code on this thread, and not a signal that ends the program.
private struct BrokenPipeBlock {
    private var before = sigset_t()
    private var wasPending: Bool

    init() {
        var signals = Self.signals
        var pending = sigset_t()
        sigpending(&pending)
        wasPending = sigismember(&pending, SIGPIPE) == 1
        pthread_sigmask(SIG_BLOCK, &signals, &before)
    }

    func end() {
        var pending = sigset_t()
        sigpending(&pending)
        // One that came of our writing is taken before the mask goes.
        if !wasPending, sigismember(&pending, SIGPIPE) == 1 {
            var signals = Self.signals
            var number: Int32 = 0
            sigwait(&signals, &number)
        }
        var before = before
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGPIPE)
        return set
    }
}
