/// What one operation of each kind and one access to each kind of memory cost, with where every figure comes from.
public struct EnergyTable: Sendable, Hashable, Codable {
    /// One figure.
    public struct Constant: Sendable, Hashable, Codable {
        /// Of one operation, or of one access.
        public var picojoules: Double
        /// What else has been published for the same thing; the figure itself where nothing was.
        public var lower: Double
        public var upper: Double
        public var source: String

        public init(_ picojoules: Double, lower: Double? = nil, upper: Double? = nil, source: String = "") {
            (self.picojoules, self.source) = (picojoules, source)
            (self.lower, self.upper) = (lower ?? picojoules, upper ?? picojoules)
        }
    }

    /// One kind of memory.
    public struct Memory: Sendable, Hashable, Codable {
        public var name: String
        /// nil: as large as wanted.
        public var bytes: Int?
        /// Bits that one access moves.
        public var accessBits: Int
        public var access: Constant

        public init(_ name: String, bytes: Int?, accessBits: Int, _ access: Constant) {
            (self.name, self.bytes, self.accessBits, self.access) = (name, bytes, accessBits, access)
        }
    }

    public var name: String
    public var citation: String
    /// Node and voltage.
    public var process: String
    /// One of every kind.
    public var operations: [OperationKind: Constant]
    /// From small to large; only the last has no size.
    public var memories: [Memory]

    /// - Precondition: a constant of every kind, and memories from small to large of which the last alone is unlimited.
    public init(name: String, citation: String = "", process: String = "", operations: [OperationKind: Constant], memories: [Memory]) {
        precondition(OperationKind.allCases.allSatisfy { operations[$0] != nil }, "\(name) lacks a kind of operation")
        precondition(Self.areInOrder(memories.map(\.bytes)), "\(name) lists memories out of order")
        (self.name, self.citation, self.process, self.operations, self.memories) = (name, citation, process, operations, memories)
    }

    /// Sizes grow, and the last one, and only it, is unlimited.
    static func areInOrder(_ sizes: [Int?]) -> Bool {
        guard let last = sizes.last, last == nil else { return false }
        let limited = sizes.dropLast().compactMap { $0 }
        return limited.count == sizes.count - 1 && zip(limited, limited.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// The smallest memory that is at least as large; of a level without a size the unlimited one.
    func memory(holding bytes: Int?) -> Memory? {
        guard let bytes else { return memories.last }
        return memories.first { ($0.bytes ?? 0) >= bytes }
    }
}

extension EnergyTable {
    /// Reads a table:
    ///
    ///     name = "mine"
    ///     citation = "…"
    ///     process = "28 nm, 0.8 V"
    ///     [operations.binary-mac]     # and so on: one for each `OperationKind`
    ///     picojoules = 0.008
    ///     range = [0.004, 0.02]       # optional
    ///     source = "…"                # optional
    ///     [memory.sram-32k]           # from small to large, the last one without bytes
    ///     bytes = 32768
    ///     access-bits = 64
    ///     picojoules = 20             # of one access
    public init(parsing bytes: [UInt8], source: String) throws(EnergyDataError) {
        let text = try StrictTOML(bytes, source: source)
        var operations: [OperationKind: Constant] = [:]
        var memories: [Memory] = []
        let header = EnergyReader(text.tables[0], source: source, keys: ["name", "citation", "process"])
        try header.refuseUnknown()
        for table in text.tables.dropFirst() {
            let parts = table.name.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0] == "operations", let kind = OperationKind(rawValue: parts[1]) {
                let reader = EnergyReader(table, source: source, keys: ["picojoules", "range", "source"])
                try reader.refuseUnknown()
                operations[kind] = try reader.constant()
            } else if parts.count == 2, parts[0] == "memory" {
                let reader = EnergyReader(table, source: source, keys: ["bytes", "access-bits", "picojoules", "range", "source"])
                try reader.refuseUnknown()
                memories.append(Memory(parts[1], bytes: try reader.count("bytes"), accessBits: try reader.requiredCount("access-bits"), try reader.constant()))
            } else {
                throw EnergyDataError(source, .unknownTable(table.name, known: OperationKind.allCases.map { "operations.\($0.rawValue)" } + ["memory.NAME"]))
            }
        }
        for kind in OperationKind.allCases where operations[kind] == nil {
            throw EnergyDataError(source, .missing(table: "operations.\(kind.rawValue)", key: "picojoules"))
        }
        guard Self.areInOrder(memories.map(\.bytes)) else { throw EnergyDataError(source, .order(table: "[memory]")) }
        self.init(
            name: try header.required("name"), citation: try header.text("citation") ?? "", process: try header.text("process") ?? "", operations: operations,
            memories: memories)
    }

    /// Those that come along: `horowitz45`, `qkeras`.
    public static let builtIn: [EnergyTable] = [
        built(PackageResources.horowitz45_toml, "horowitz45"), built(PackageResources.qkeras_toml, "qkeras"),
    ]

    private static func built(_ bytes: [UInt8], _ name: String) -> EnergyTable {
        do { return try EnergyTable(parsing: bytes, source: name) } catch { preconditionFailure("\(error)") }
    }
}
