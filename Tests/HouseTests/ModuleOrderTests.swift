import Foundation
import Testing

/// The table of Documentation/Design/house.md against the package description and the import lines.
@Suite struct ModuleOrderTests {
    /// Modules that one module alone may import.
    static let doors = ["CKernels": "BitCore", "COneDNN": "DenseMath", "CZlib": "Datasets", "CImageCodecs": "Datasets", "GRDB": "RunStore"]

    /// Modules that are about networks and do not know that problems over spins exist.
    static let networkSide: Set = ["Datasets", "BinaryNN", "ModelZoo", "BinaryInference", "BinaryTraining", "Deployment", "Profiling"]

    /// What a deployed program links.
    static let shipped: Set = ["BitCore", "BinaryInference"]

    /// The modules in the order of the table, each row ``| `Name` | job |``.
    static func order() throws -> [String] {
        try Repository.text(of: "Documentation/Design/house.md").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { return nil }
            return String(line.dropFirst(3)[..<end])
        }
    }

    /// What is wrong with `module` depending on `dependency`, if anything is.
    static func fault(_ module: String, on dependency: String, order: [String]) -> String? {
        guard let place = order.firstIndex(of: module) else { return "\(module) is not in the table of house.md" }
        if let door = doors[dependency], door != module { return "only \(door) may import \(dependency), not \(module)" }
        if shipped.contains(module), dependency.hasPrefix("Foundation") { return "\(module) ships to devices, which need not have \(dependency)" }
        guard let other = order.firstIndex(of: dependency) else { return nil }
        if dependency == "_TestSupport" { return "\(module) imports _TestSupport, which is for tests alone" }
        if module == "BinaryInference", dependency != "BitCore" { return "BinaryInference depends on BitCore alone, not on \(dependency)" }
        if dependency == "Ising", networkSide.contains(module) { return "\(module) is about networks and imports Ising, which is about spins" }
        if other >= place { return "\(module) imports \(dependency), which is not above it in house.md" }
        return nil
    }

    @Test func everyModuleIsInTheTableOnce() throws {
        let order = try Self.order()
        #expect(Set(order).count == order.count)
        let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "Sources").path).filter { !$0.hasPrefix(".") }
        #expect(Set(order) == Set(folders))
    }

    @Test func importsGoUpOnly() throws {
        let order = try Self.order()
        for file in try Repository.files(in: "Sources", extensions: ["swift"]) {
            for line in file.lines {
                guard let module = Self.importedModule(line) else { continue }
                if let fault = Self.fault(file.module, on: module, order: order) { Issue.record("\(file.path): \(fault)") }
            }
        }
    }

    @Test func declaredDependenciesGoUpOnly() throws {
        let order = try Self.order()
        let targets = try Self.describe()
        #expect(targets.count > order.count)
        for target in targets where target.type != "test" {
            for dependency in target.targetDependencies ?? [] {
                if let fault = Self.fault(target.name, on: dependency, order: order) { Issue.record("Package.swift: \(fault)") }
            }
        }
        for target in targets where target.type == "test" {
            // Tests of a module, or of its door, may reach behind the door.
            for dependency in target.targetDependencies ?? [] {
                guard let door = Self.doors[dependency], ![door + "Tests", dependency + "Tests"].contains(target.name) else { continue }
                Issue.record("Package.swift: \(target.name) reaches past \(door) to \(dependency)")
            }
        }
    }

    @Test(arguments: [
        ("BinaryInference", "BinaryNN"), ("BinaryNN", "CKernels"), ("BitCore", "DenseMath"), ("Report", "_TestSupport"), ("Nowhere", "BitCore"),
        ("Ising", "BinaryNN"), ("BinaryNN", "Ising"), ("Workflows", "GRDB"), ("BitCore", "Foundation"),
    ])
    func faultsAreSeen(_ module: String, _ dependency: String) throws {
        #expect(Self.fault(module, on: dependency, order: try Self.order()) != nil)
    }

    @Test(arguments: [
        ("internal import CKernels", "CKernels"), ("public import BitCore  // why", "BitCore"), ("import struct BitCore.Shape", "BitCore"),
        ("@preconcurrency import Foundation", "Foundation"), ("// import nothing", nil), ("let important = 1", nil),
    ])
    func importLinesAreRead(_ line: String, _ module: String?) {
        #expect(Self.importedModule(line[...]) == module)
    }

    static func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count else { return nil }
        let before: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        guard words[..<position].allSatisfy({ before.contains($0) || $0.hasPrefix("@") }) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[position + 1]) && position + 2 < words.count ? words[position + 2] : words[position + 1]
        return name.split(separator: ".").first.map(String.init)
    }

    struct Target: Decodable {
        var name: String
        var type: String
        var targetDependencies: [String]?
    }

    /// Asks SwiftPM, with a scratch folder of its own because the build folder is locked while tests run.
    static func describe() throws -> [Target] {
        struct Package: Decodable { var targets: [Target] }
        let scratch = FileManager.default.temporaryDirectory.appending(path: "spinflip-describe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", Repository.root.path, "--scratch-path", scratch.path, "describe", "--type", "json",
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "swift package describe failed")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Package.self, from: data).targets
    }
}
