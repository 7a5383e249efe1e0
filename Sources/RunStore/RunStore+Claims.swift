internal import GRDB

/// Who works on what. Every call that changes a claimed run names its worker and changes nothing, returning false, when the claim is no longer
/// that worker's: a process that was thought dead cannot overwrite what its successor does.
extension RunStore {
    /// Takes the first pending run of a sweep.
    /// - Parameter lease: seconds that the claim holds unless renewed.
    /// - Returns: nil when none is pending.
    public func claim(_ sweep: Int64, by worker: String, at now: Double, lease: Double) throws(RunStoreError) -> StoredRun? {
        try write { database in
            guard
                let key = try String.fetchOne(
                    database,
                    sql: "SELECT run.key FROM member JOIN run ON run.key = member.run WHERE sweep = ? AND state = 'pending' ORDER BY position LIMIT 1",
                    arguments: [sweep])
            else { return nil }
            try database.execute(
                sql: """
                    UPDATE run SET state = 'claimed', worker = ?, lease = ?, progress = 0, attempts = attempts + 1, started = coalesce(started, ?)
                    WHERE key = ?
                    """, arguments: [worker, now + lease, now, key])
            return try Row.fetchOne(
                database, sql: "SELECT run.*, member.label FROM member JOIN run ON run.key = member.run WHERE sweep = ? AND run.key = ?",
                arguments: [sweep, key]
            ).map(StoredRun.init)
        }
    }

    /// A sign of life.
    /// - Parameter progress: share of the run that is done.
    public func renew(_ key: String, by worker: String, progress: Double, at now: Double, lease: Double) throws(RunStoreError) -> Bool {
        try change(key, worker, "lease = ?, progress = ?", [now + lease, Swift.min(Swift.max(progress, 0), 1)])
    }

    /// The run is done.
    public func finish(_ key: String, by worker: String, result: String, at now: Double) throws(RunStoreError) -> Bool {
        try change(key, worker, "state = 'done', worker = NULL, lease = NULL, progress = 1, result = ?, finished = ?", [result, now])
    }

    /// The run cannot be done.
    public func fail(_ key: String, by worker: String, message: String, at now: Double) throws(RunStoreError) -> Bool {
        try change(key, worker, "state = 'failed', worker = NULL, lease = NULL, message = ?, finished = ?", [message, now])
    }

    /// The worker stops in the middle; whoever claims the run next goes on from its checkpoint.
    public func giveBack(_ key: String, by worker: String) throws(RunStoreError) -> Bool {
        try change(key, worker, "state = 'pending', worker = NULL, lease = NULL", [])
    }

    private func change(_ key: String, _ worker: String, _ assignments: String, _ values: StatementArguments) throws(RunStoreError) -> Bool {
        try write { database in
            try database.execute(
                sql: "UPDATE run SET \(assignments) WHERE key = ? AND state = 'claimed' AND worker = ?", arguments: values + [key, worker])
            return database.changesCount == 1
        }
    }

    /// Takes runs back from workers that are gone: the lease has run out, or `isGone` knows it. A run that has lost `patience` workers
    /// probably kills them, and fails.
    /// - Returns: how many runs were taken back.
    public func takeBack(
        _ sweep: Int64, at now: Double, patience: Int = 3, isGone: (String) -> Bool = { _ in false }
    ) throws(RunStoreError) -> Int {
        try write { database in
            let claimed = try Row.fetchAll(
                database,
                sql: "SELECT key, worker, lease, lost FROM run WHERE state = 'claimed' AND key IN (SELECT run FROM member WHERE sweep = ?)",
                arguments: [sweep])
            var count = 0
            for row in claimed {
                let (key, worker, lease, lost): (String, String, Double, Int) = (row["key"], row["worker"], row["lease"], row["lost"])
                guard lease < now || isGone(worker) else { continue }
                count += 1
                if lost + 1 >= patience {
                    try database.execute(
                        sql: """
                            UPDATE run SET state = 'failed', worker = NULL, lease = NULL, lost = lost + 1, finished = ?, message = ? WHERE key = ?
                            """,
                        arguments: [now, "its process ended without a word, \(lost + 1) times; out of memory, perhaps, or killed", key])
                } else {
                    try database.execute(
                        sql: "UPDATE run SET state = 'pending', worker = NULL, lease = NULL, lost = lost + 1 WHERE key = ?", arguments: [key])
                }
            }
            return count
        }
    }

    /// Gives failed runs another chance, and all runs their patience back.
    /// - Returns: how many had failed.
    public func retryFailed(_ sweep: Int64) throws(RunStoreError) -> Int {
        try write { database in
            try database.execute(sql: "UPDATE run SET lost = 0 WHERE lost > 0 AND key IN (SELECT run FROM member WHERE sweep = ?)", arguments: [sweep])
            try database.execute(
                sql: """
                    UPDATE run SET state = 'pending', message = NULL, finished = NULL, progress = 0
                    WHERE state = 'failed' AND key IN (SELECT run FROM member WHERE sweep = ?)
                    """, arguments: [sweep])
            return database.changesCount
        }
    }
}
