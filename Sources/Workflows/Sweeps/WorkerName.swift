internal import Foundation

/// What a worker signs its claims with: `host:process:start`. Who shares the host can tell whether the process is still there.
public struct WorkerName: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var process: Int32
    /// Tells it from an earlier process of the same number: when it began, in milliseconds since 1970.
    public var began: Int

    public init(host: String, process: Int32, began: Int) {
        (self.host, self.process, self.began) = (host, process, began)
    }

    /// This process.
    /// - Parameter now: seconds since 1970.
    public static func current(at now: Double) -> WorkerName {
        var bytes = [CChar](repeating: 0, count: 256)
        let name = gethostname(&bytes, bytes.count - 1) == 0 ? String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
        return WorkerName(host: name.isEmpty ? "host" : name, process: getpid(), began: Int(now * 1000))
    }

    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, let process = Int32(parts[parts.count - 2]), process > 0, let began = Int(parts[parts.count - 1]) else { return nil }
        self.init(host: parts.dropLast(2).joined(separator: ":"), process: process, began: began)
    }

    public var description: String { "\(host):\(process):\(began)" }

    /// True when `worker` ran on this host and its process is not there any more. A number that another process has taken since looks alive; the
    /// lease then decides.
    func knowsIsGone(_ worker: String) -> Bool {
        guard let other = WorkerName(worker), other.host == host, other != self else { return false }
        // The same number and another start: the process before this one.
        if other.process == process { return true }
        return kill(other.process, 0) != 0 && errno == ESRCH
    }
}
