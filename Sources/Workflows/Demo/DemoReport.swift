internal import Report

/// What `spinflip demo` reports.
public struct DemoReport: Codable, Sendable, Hashable {
    public struct Row: Codable, Sendable, Hashable {
        /// `latent`, `bit-flip`, `ising`.
        public var family: String
        public var optimizer: String
        /// On the 360 test images: of the packed model, or of the weights found by annealing.
        public var testAccuracy: Double
        public var seconds: Double
        /// For `ising` a measure of the search: flips are tried in proportion.
        public var epochs: Int
        /// Bytes that the network's parameters take while training.
        public var parameterBytes: Int
        public var modelPath: String
    }

    /// Whether all ways to run the best network agree.
    public struct Exactness: Codable, Sendable, Hashable {
        public struct Path: Codable, Sendable, Hashable {
            /// `avx2`, `exported C`.
            public var name: String
            /// Inputs compared.
            public var inputs: Int
            /// Inputs with a score or class that differs.
            public var mismatches: Int
        }

        /// Inputs that every path of the packed network was run on.
        public var inputs: Int
        /// Over all paths.
        public var mismatches: Int
        public var paths: [Path]
        /// False where no C compiler was found.
        public var compiledC: Bool
    }

    public var model: String
    public var rows: [Row]
    public var exactness: Exactness
    /// Size of the best network's file.
    public var modelBytes: Int
    public var modelPath: String
    /// The exported C.
    public var files: [String]
    public var flashBytes: Int
    public var ramBytes: Int
    public var reportPath: String
    public var seconds: Double

    public var text: String {
        var table = TextTable([
            .text("family"), .text("optimizer"), .number("test accuracy"), .number("trained in"), .number("parameters while training"),
        ])
        for row in rows {
            table.append([
                row.family, row.optimizer, NumberText.percent(row.testAccuracy), NumberText.duration(row.seconds), NumberText.bytes(row.parameterBytes),
            ])
        }
        let names = exactness.paths.map(\.name).joined(separator: ", ")
        let agreement =
            exactness.mismatches == 0
            ? "every score and class agrees on all \(NumberText.grouped(exactness.inputs)) images"
            : "\(exactness.mismatches) MISMATCHES on \(NumberText.grouped(exactness.inputs)) images"
        var lines = [
            "\(model) on the 8×8 digits: every weight and hidden activation is one bit", "", table.render(), "",
            "packed     \(modelPath), \(NumberText.grouped(modelBytes)) bytes",
            "exported   \(files.joined(separator: ", "))",
            "           C99, \(NumberText.grouped(flashBytes)) bytes of tables, \(NumberText.grouped(ramBytes)) bytes of RAM",
            "exactness  \(agreement):", "           \(names)",
        ]
        if !exactness.compiledC { lines.append("           no C compiler was found, so the exported C was not run") }
        lines.append("report     \(reportPath)")
        lines.append("took       \(NumberText.duration(seconds))")
        return lines.joined(separator: "\n")
    }
}
