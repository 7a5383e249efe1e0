internal import Foundation
internal import GRDB

/// Runs in an SQLite file (WAL), shared by several processes: each claims one in a transaction, renews its lease while it works, and
/// writes the result. Whatever ends a process, the file is whole: a claim that nobody renews returns to the others.
///
/// The store reads no clock and starts nothing. Times are seconds since 1970 that the caller gives; workers are texts that the caller chooses.
/// Documentation/Design/sweeps.md has the tables and the transitions.
public final class RunStore: Sendable {
    /// The usual name of the file in a sweep's folder.
    public static let fileName = "sweep.sqlite"
    static let version = 1
    /// "SFRS": tells the file from databases of other programs.
    static let applicationID = 0x5346_5253

    public let path: String
    private let queue: DatabaseQueue

    /// Opens a store.
    /// - Parameter create: make it when there is none.
    public init(path: String, create: Bool) throws(RunStoreError) {
        if !create, !FileManager.default.fileExists(atPath: path) { throw .missing(path: path) }
        self.path = path
        var configuration = Configuration()
        configuration.journalMode = .wal
        // Other workers hold the file for milliseconds; one that is stopped in a debugger is waited for this long.
        configuration.busyMode = .timeout(30)
        configuration.foreignKeysEnabled = true
        configuration.label = "runs"
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                // A power cut loses no finished run: it may have taken hours, and commits are few.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.inTransaction(.immediate) {
                    try Self.prepare(database, path)
                    return .commit
                }
            }
        } catch let error as RunStoreError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw .notAStore(path: path)
        } catch { throw Self.wrapped(error, path) }
    }

    /// Makes the tables in an empty file; refuses files of others.
    private static func prepare(_ database: Database, _ path: String) throws {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == 0, version == 0, try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 {
            try database.execute(sql: schema)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(self.version)")
            return
        }
        guard application == applicationID else { throw RunStoreError.notAStore(path: path) }
        guard version <= self.version else { throw RunStoreError.newer(path: path, version: version) }
    }

    private static let schema = """
        CREATE TABLE run (
            key TEXT PRIMARY KEY NOT NULL,
            folder TEXT NOT NULL UNIQUE,
            configuration TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'claimed', 'done', 'failed')),
            worker TEXT,
            lease REAL,
            progress REAL NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            lost INTEGER NOT NULL DEFAULT 0,
            result TEXT,
            message TEXT,
            created REAL NOT NULL,
            started REAL,
            finished REAL,
            CHECK ((state = 'claimed') = (worker IS NOT NULL AND lease IS NOT NULL)),
            CHECK ((state = 'done') = (result IS NOT NULL)),
            CHECK ((state = 'failed') = (message IS NOT NULL))
        ) WITHOUT ROWID;
        CREATE TABLE sweep (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            key TEXT NOT NULL UNIQUE,
            created REAL NOT NULL
        );
        CREATE TABLE member (
            sweep INTEGER NOT NULL REFERENCES sweep (id),
            position INTEGER NOT NULL,
            run TEXT NOT NULL REFERENCES run (key),
            label TEXT NOT NULL,
            PRIMARY KEY (sweep, position)
        ) WITHOUT ROWID;
        CREATE INDEX memberRun ON member (run);
        """

    // MARK: Access

    /// One transaction that may write. It takes the write lock at its start, so what it reads is still so when it writes.
    func write<Value>(_ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
        do { return try queue.write(body) } catch { throw Self.wrapped(error, path) }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
        do { return try queue.read(body) } catch { throw Self.wrapped(error, path) }
    }

    private static func wrapped(_ error: any Error, _ path: String) -> RunStoreError {
        switch error {
        case let error as RunStoreError: error
        case let error as DatabaseError: .database(path: path, message: error.message ?? "error \(error.resultCode.rawValue)")
        default: .database(path: path, message: "\(error)")
        }
    }
}
