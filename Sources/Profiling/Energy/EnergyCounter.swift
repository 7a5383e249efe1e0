internal import Foundation

/// The energy counters of Linux powercap: one file of microjoules for each processor package, which starts again from zero at its range.
public struct EnergyCounter: Sendable, Hashable {
    struct Zone: Sendable, Hashable {
        var path: String
        var name: String
        /// The counter goes from 0 up to this and then begins again.
        var range: UInt64
    }

    /// A look at every counter.
    public struct Reading: Sendable, Hashable {
        let values: [UInt64]
    }

    public enum Absence: Error, Hashable, CustomStringConvertible {
        case none(String)
        case unreadable(String)

        public var description: String {
            switch self {
            case .none(let root): "this machine shows no energy counter in \(root)"
            case .unreadable(let path): "the energy counter \(path) is there but cannot be read; only the administrator may, unless its permissions are changed"
            }
        }
    }

    public static let systemRoot = "/sys/class/powercap"

    let zones: [Zone]

    /// Names of what is counted: `package-0`.
    public var names: [String] { zones.map(\.name) }

    /// The packages below a folder. Their parts (cores, memory) are counted by them already.
    /// - Throws: `Absence`.
    public init(root: String = systemRoot) throws(Absence) {
        let entries = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
        var zones: [Zone] = []
        for entry in entries where entry.hasPrefix("intel-rapl:") || entry.hasPrefix("amd-rapl:") {
            // intel-rapl:0 is a package, intel-rapl:0:1 a part of it.
            guard entry.split(separator: ":").count == 2 else { continue }
            let folder = root + "/" + entry
            guard let range = Self.number(folder + "/max_energy_range_uj"), range > 0 else { continue }
            let name = (try? String(contentsOfFile: folder + "/name", encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? entry
            guard Self.number(folder + "/energy_uj") != nil else { throw .unreadable(folder + "/energy_uj") }
            zones.append(Zone(path: folder + "/energy_uj", name: name, range: range))
        }
        guard !zones.isEmpty else { throw .none(root) }
        self.zones = zones
    }

    /// - Throws: `Absence.unreadable` when a counter has gone.
    public func read() throws(Absence) -> Reading {
        var values: [UInt64] = []
        for zone in zones {
            guard let value = Self.number(zone.path) else { throw .unreadable(zone.path) }
            values.append(value)
        }
        return Reading(values: values)
    }

    /// Microjoules between two looks, over all packages. A counter that is lower than before has begun again, once: measure for less than its range, some
    /// minutes at full power.
    public func microjoules(from start: Reading, to end: Reading) -> Double {
        precondition(start.values.count == zones.count && end.values.count == zones.count, "readings of other counters")
        return zip(zones, zip(start.values, end.values)).reduce(0) { sum, entry in
            let (zone, (from, to)) = entry
            // Values run from 0 to the range, both included.
            return sum + (to >= from ? Double(to - from) : Double(zone.range) - Double(from) + Double(to) + 1)
        }
    }

    private static func number(_ path: String) -> UInt64? {
        // Files of the kernel say they hold a page and give a line.
        guard let file = FileHandle(forReadingAtPath: path), let bytes = try? file.read(upToCount: 64) else { return nil }
        return UInt64(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
