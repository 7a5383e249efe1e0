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
        guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
        #if canImport(Darwin)
        return Int(usage.ru_maxrss)
        #else
        // Linux counts in KiB.
        return Int(usage.ru_maxrss) * 1024
        #endif
    }
}
