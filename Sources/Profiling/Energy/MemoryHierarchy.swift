/// Memories of a machine, from small to large. What an access costs says the table of energies, unless a level has a figure of its own.
public struct MemoryHierarchy: Sendable, Hashable, Codable {
    public struct Level: Sendable, Hashable, Codable {
        public var name: String
        /// nil: as large as wanted.
        public var bytes: Int?
        /// Traffic is whole accesses.
        public var accessBits: Int
        /// In place of what the table says; of one bit.
        public var bit: EnergyTable.Constant?

        public init(_ name: String, bytes: Int?, accessBits: Int = 64, bit: EnergyTable.Constant? = nil) {
            (self.name, self.bytes, self.accessBits, self.bit) = (name, bytes, accessBits, bit)
        }
    }

    public var name: String
    public var citation: String
    /// From small to large; only the last has no size.
    public var levels: [Level]

    /// - Precondition: levels from small to large of which the last alone is unlimited.
    public init(name: String, citation: String = "", levels: [Level]) {
        precondition(EnergyTable.areInOrder(levels.map(\.bytes)), "\(name) lists levels out of order")
        (self.name, self.citation, self.levels) = (name, citation, levels)
    }

    /// The smallest level that holds so many bits.
    public func level(holding bits: Int) -> Int {
        let bytes = (bits + 7) / 8
        return levels.firstIndex { ($0.bytes ?? .max) >= bytes } ?? levels.count - 1
    }
}

extension MemoryHierarchy {
    /// Reads a hierarchy:
    ///
    ///     name = "mine"
    ///     citation = "…"
    ///     [levels.buffer]              # from small to large, the last one without bytes
    ///     bytes = 65536
    ///     access-bits = 64
    ///     picojoules-per-bit = 0.4     # optional: in place of the table's
    ///     range = [0.1, 1]             # optional
    public init(parsing bytes: [UInt8], source: String) throws(EnergyDataError) {
        let text = try StrictTOML(bytes, source: source)
        let header = EnergyReader(text.tables[0], source: source, keys: ["name", "citation"])
        try header.refuseUnknown()
        var levels: [Level] = []
        for table in text.tables.dropFirst() {
            let parts = table.name.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[0] == "levels" else { throw EnergyDataError(source, .unknownTable(table.name, known: ["levels.NAME"])) }
            let reader = EnergyReader(table, source: source, keys: ["bytes", "access-bits", "picojoules-per-bit", "range", "source"])
            try reader.refuseUnknown()
            levels.append(
                Level(
                    parts[1], bytes: try reader.count("bytes"), accessBits: try reader.requiredCount("access-bits"),
                    bit: reader.has("picojoules-per-bit") || reader.has("range") ? try reader.constant("picojoules-per-bit") : nil))
        }
        guard EnergyTable.areInOrder(levels.map(\.bytes)) else { throw EnergyDataError(source, .order(table: "[levels]")) }
        self.init(name: try header.required("name"), citation: try header.text("citation") ?? "", levels: levels)
    }

    /// Those that come along: `accelerator`, `edge`, `cpu`.
    public static let builtIn: [MemoryHierarchy] = [
        built(PackageResources.accelerator_toml, "accelerator"), built(PackageResources.edge_toml, "edge"), built(PackageResources.cpu_toml, "cpu"),
    ]

    private static func built(_ bytes: [UInt8], _ name: String) -> MemoryHierarchy {
        do { return try MemoryHierarchy(parsing: bytes, source: name) } catch { preconditionFailure("\(error)") }
    }
}
