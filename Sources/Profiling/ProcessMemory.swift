#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// What the operating system says of this process's memory.
public enum ProcessMemory {
    /// The most that was ever resident, in bytes; nil where the system does not tell.
    public static var peakBytes: Int? {
        var usage = rusage()
        #if canImport(Darwin)
        guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
        return Int(usage.ru_maxrss)
        #else
        #if canImport(Glibc)
        let this = RUSAGE_SELF.rawValue
        #else
        let this = RUSAGE_SELF
        #endif
        guard getrusage(this, &usage) == 0 else { return nil }
        // Linux counts in KiB.
        return Int(usage.ru_maxrss) * 1024
        #endif
    }
}
