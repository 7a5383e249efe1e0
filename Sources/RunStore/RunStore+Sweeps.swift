internal import GRDB

extension RunStore {
    /// A run as a sweep asks for it.
    public struct Entry: Sendable, Hashable {
        public var key: String
        public var folder: String
        public var configuration: String
        public var label: String

        public init(key: String, folder: String, configuration: String, label: String) {
            (self.key, self.folder, self.configuration, self.label) = (key, folder, configuration, label)
        }
    }

    /// Puts a sweep into the store. Runs that are there already, of this sweep or another, stay as they are: nothing is done twice.
    /// - Parameter key: names the sweep by its content; asking for the same key again gives the same sweep.
    /// - Returns: what the sweep is called in all other calls.
    public func enroll(_ entries: [Entry], name: String, key: String, at now: Double) throws(RunStoreError) -> Int64 {
        try write { database in
            if let known = try Int64.fetchOne(database, sql: "SELECT id FROM sweep WHERE key = ?", arguments: [key]) { return known }
            try database.execute(sql: "INSERT INTO sweep (name, key, created) VALUES (?, ?, ?)", arguments: [name, key, now])
            let sweep = database.lastInsertedRowID
            for (position, entry) in entries.enumerated() {
                try database.execute(
                    sql: "INSERT INTO run (key, folder, configuration, created) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                    arguments: [entry.key, entry.folder, entry.configuration, now])
                try database.execute(
                    sql: "INSERT INTO member (sweep, position, run, label) VALUES (?, ?, ?, ?)", arguments: [sweep, position, entry.key, entry.label])
            }
            return sweep
        }
    }

    /// A sweep's runs, in its order.
    public func runs(of sweep: Int64) throws(RunStoreError) -> [StoredRun] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT run.*, member.label FROM member JOIN run ON run.key = member.run WHERE sweep = ? ORDER BY position",
                arguments: [sweep]
            ).map(StoredRun.init)
        }
    }

    public func counts(of sweep: Int64) throws(RunStoreError) -> RunCounts {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT state, count(*) AS number, total(progress) AS progress FROM run
                    WHERE key IN (SELECT run FROM member WHERE sweep = ?) GROUP BY state
                    """, arguments: [sweep])
            var counts = RunCounts()
            for row in rows {
                let number: Int = row["number"]
                switch StoredRun.State(rawValue: row["state"]) {
                case .pending: counts.pending = number
                case .claimed: (counts.claimed, counts.underway) = (number, row["progress"])
                case .done: counts.done = number
                case .failed: counts.failed = number
                case nil: break
                }
            }
            return counts
        }
    }

    /// Runs in the store that do not belong to the sweep.
    public func strangers(to sweep: Int64) throws(RunStoreError) -> Int {
        try read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM run WHERE key NOT IN (SELECT run FROM member WHERE sweep = ?)", arguments: [sweep]) ?? 0
        }
    }
}

extension StoredRun {
    init(_ row: Row) {
        self.init(
            key: row["key"], folder: row["folder"], configuration: row["configuration"], label: row["label"],
            // The table's own check lets no other text in.
            state: State(rawValue: row["state"]) ?? .failed, worker: row["worker"], lease: row["lease"], progress: row["progress"],
            attempts: row["attempts"], result: row["result"], message: row["message"], started: row["started"], finished: row["finished"])
    }
}
