/// An estimate of the energy of one inference: E = Σ operations·e_operation + Σ bits·e_level, with every term by layer, and in total by constant.
public struct EnergyEstimate: Sendable, Hashable, Codable {
    /// One move of a value, or of a layer's weights.
    public struct Transfer: Sendable, Hashable, Codable {
        public var cause: Traffic.Cause
        /// `read` or `write`.
        public var direction: String
        public var value: String
        public var bits: Int
        /// Name of the memory level.
        public var level: String
        /// Whole accesses, in bits.
        public var movedBits: Int
        public var microjoules: Double
    }

    /// One pass: a layer of products or a pool with what is done on its way out.
    public struct Layer: Sendable, Hashable, Codable {
        public var name: String
        public var kind: String
        public var members: [String]
        public var operations: OperationTally
        public var operationMicrojoules: Double
        public var transfers: [Transfer]
        public var microjoules: Double

        public func bits(_ cause: Traffic.Cause) -> Int { transfers.reduce(0) { $0 + ($1.cause == cause ? $1.bits : 0) } }

        public func microjoules(_ cause: Traffic.Cause) -> Double { transfers.reduce(0) { $0 + ($1.cause == cause ? $1.microjoules : 0) } }
    }

    /// A constant and how often it counts.
    public struct Term: Sendable, Hashable, Codable {
        /// A kind of operation, or a memory level.
        public var name: String
        /// `operation` or `bit`.
        public var of: String
        public var count: Int
        /// Of one.
        public var picojoules: Double
        public var lower: Double
        public var upper: Double
        public var microjoules: Double
        public var source: String
    }

    /// A memory level, with what a bit costs there.
    public struct Level: Sendable, Hashable, Codable {
        public var name: String
        /// null: as large as wanted.
        public var bytes: Int?
        public var accessBits: Int
        public var picojoulesPerBit: Double
    }

    public var model: String
    public var table: String
    public var tableCitation: String
    public var memory: String
    public var memoryCitation: String
    public var levels: [Level]
    public var layers: [Layer]
    public var terms: [Term]
    /// By cause: `operations`, `weights`, `inputs`, `outputs`, `shortcuts`.
    public var causes: [String: Double]
    public var totalMicrojoules: Double

    /// - Throws: `EnergyDataError` when the table has no cost for a level.
    public init(_ work: Workload, _ table: EnergyTable, _ memory: MemoryHierarchy) throws(EnergyDataError) {
        var costs: [EnergyTable.Constant] = []
        for level in memory.levels {
            if let own = level.bit {
                costs.append(own)
            } else if let found = table.memory(holding: level.bytes) {
                let scale = 1 / Double(found.accessBits)
                costs.append(
                    EnergyTable.Constant(
                        found.access.picojoules * scale, lower: found.access.lower * scale, upper: found.access.upper * scale,
                        source: "\(found.name): \(found.access.source)"))
            } else {
                throw EnergyDataError(memory.name, .noCost(level: level.name, bytes: level.bytes ?? 0, table: table.name))
            }
        }
        var moved = Array(repeating: 0, count: costs.count)
        var (tally, causes) = (OperationTally(), [String: Double]())
        var layers: [Layer] = []
        for group in Traffic(work).groups {
            let transfers = group.transfers.map { transfer in
                let level = memory.level(holding: transfer.sizeBits)
                let access = memory.levels[level].accessBits
                let bits = (transfer.bits + access - 1) / access * access
                moved[level] += bits
                return Transfer(
                    cause: transfer.cause, direction: transfer.isWrite ? "write" : "read", value: transfer.value, bits: transfer.bits,
                    level: memory.levels[level].name, movedBits: bits, microjoules: Double(bits) * costs[level].picojoules * 1e-6)
            }
            let arithmetic = OperationKind.allCases.reduce(0.0) { $0 + Double(group.operations[$1]) * table[$1].picojoules * 1e-6 }
            tally = tally + group.operations
            causes["operations", default: 0] += arithmetic
            for transfer in transfers { causes[transfer.cause.rawValue, default: 0] += transfer.microjoules }
            layers.append(
                Layer(
                    name: group.name, kind: group.kind, members: group.members, operations: group.operations, operationMicrojoules: arithmetic,
                    transfers: transfers, microjoules: transfers.reduce(arithmetic) { $0 + $1.microjoules }))
        }
        for cause in Traffic.Cause.allCases { causes[cause.rawValue, default: 0] += 0 }
        (model, self.table, tableCitation) = (work.model, table.name, table.citation)
        (self.memory, memoryCitation) = (memory.name, memory.citation)
        levels = zip(memory.levels, costs).map { Level(name: $0.name, bytes: $0.bytes, accessBits: $0.accessBits, picojoulesPerBit: $1.picojoules) }
        func term(_ name: String, _ of: String, _ count: Int, _ constant: EnergyTable.Constant) -> Term {
            Term(
                name: name, of: of, count: count, picojoules: constant.picojoules, lower: constant.lower, upper: constant.upper,
                microjoules: Double(count) * constant.picojoules * 1e-6, source: constant.source)
        }
        // Levels and kinds that do not occur are kept, so that terms of two models stand side by side.
        terms = OperationKind.allCases.map { term($0.rawValue, "operation", tally[$0], table[$0]) }
        terms += zip(memory.levels.indices, costs).map { term(memory.levels[$0].name, "bit", moved[$0], $1) }
        self.layers = layers
        self.causes = causes
        totalMicrojoules = terms.reduce(0) { $0 + $1.microjoules }
    }
}

extension EnergyTable {
    /// - Precondition: a table holds every kind.
    subscript(_ kind: OperationKind) -> Constant {
        guard let constant = operations[kind] else { preconditionFailure("\(name) has no \(kind.rawValue)") }
        return constant
    }
}
