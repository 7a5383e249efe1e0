import Foundation
import Testing

/// Bad input: one sentence on standard error that names what is wrong, exit status 2, nothing on standard output.
@Suite struct BadInputTests {
    static let garbage: String = {
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-garbage-\(ProcessInfo.processInfo.processIdentifier)").path
        try? Data([8, 0, 0, 0, 0, 0, 0, 0x80, 1, 2, 3]).write(to: URL(filePath: path))
        return path
    }()

    @Test(arguments: [
        ["evaluate", "/nowhere/model.safetensors", "--dataset", "digits"],
        ["evaluate", garbage, "--dataset", "digits"],
        ["evaluate", "/", "--dataset", "digits"],
        ["predict", "/nowhere/model.safetensors", "x.csv"],
        ["predict", garbage, garbage],
        ["train", "--model", "mlp:64-10", "--dataset", "digist", "--out", "/nowhere/x"],
        ["train", "--model", "mpl:64-10", "--dataset", "digits", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:64-10", "--dataset", "digits", "--optimizer", "adm", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:64-10", "--dataset", "digits", "--set", "gama=1", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:64-10", "--dataset", "digits", "--set", "gamma", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:63-10", "--dataset", "digits", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:64-10", "--dataset", "digits", "--epochs", "0", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:64-10", "--dataset", "digits", "--engine", "cuda", "--out", "/nowhere/x"],
        ["train", "--model", "mlp:64-10", "--dataset", "digits", "--out", "/dev/null/x"],
        ["train", "--dataset", "digits", "--out", "/nowhere/x"],
        ["demo", "--out", "/dev/null/x"],
        ["demo", "--engine", "cuda"],
        ["train", "--config", garbage, "--out", "/nowhere/x"],
        ["train", "--config", "/nowhere/config.json", "--out", "/nowhere/x"],
        ["summary", garbage],
        ["energy", garbage],
        ["energy", "boolnett"],
        ["energy", "mlp:4-2", "--table", "horowitz"],
        ["energy", "mlp:4-2", "--table", garbage],
        ["energy", "mlp:4-2", "--memory", "/nowhere/memory.toml"],
        ["energy", "mlp:4-2", "--compare", "nothing"],
        ["doctor", garbage],
        ["summary", "--model", "mlp:64"],
        ["summary", "--model", "mlp:64-99999999999"],
        ["export", garbage, "--format", "c", "--out", "/nowhere/x"],
        ["export", garbage, "--format", "onyx", "--out", "/nowhere/x"],
        ["convert", "/nowhere/problem", "--to", "qubo", "--out", "/nowhere/x"],
        ["convert", garbage, "--to", "qubo", "--out", "/nowhere/x"],
        ["convert", garbage, "--to", "qbo", "--out", "/nowhere/x"],
        ["convert", garbage, "--from", "rudy", "--to", "qubo", "--out", "/nowhere/x"],
        ["report", "/nowhere", "--out", "/nowhere/x.html"],
        ["report", garbage, "--out", "/nowhere/x.html"],
        ["bench", "inference", "/nowhere/model"],
        ["bench", "training", "mlp:1"],
        ["bench", "training", "--optimizer", "adm"],
        ["data", "fetch", "mnits"],
        ["data", "verify", "nothing"],
        ["data", "verify", "digits"],
    ])
    func exitsWith2AndOneSentence(_ arguments: [String]) throws {
        let outcome = try Tool.run(arguments)
        #expect(outcome.status == 2)
        #expect(!outcome.crashed)
        #expect(outcome.output.isEmpty)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("Error: ") == true)

        let json = try Tool.run(arguments + ["--json"])
        #expect(json.status == 2)
        #expect(json.json?["exitCode"] as? Int == 2)
    }

    @Test func unknownDataSetListsKnownAndNearest() throws {
        let outcome = try Tool.run("data", "fetch", "mnits")
        #expect(outcome.errors.contains("fashion-mnist") && outcome.errors.contains("mnist"))
    }

    @Test(arguments: [
        (["trian"], "train"), (["bench", "kernel"], "kernels"), (["data", "vrify"], "verify"), (["help", "expotr"], "export"), (["demmo", "--json"], "demo"),
    ])
    func unknownCommandsListKnownAndNearest(_ arguments: [String], _ meant: String) throws {
        let outcome = try Tool.run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("did you mean “\(meant)”?"))
    }

    @Test func missingPublishedSetSaysWhatToDo() throws {
        let outcome = try Tool.run("data", "verify", "mnist", "--data-dir", "/nowhere")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("spinflip data fetch mnist"))
    }

    @Test(arguments: [
        ["evaluate", "x", "--dataset", "digits", "--limit", "0"], ["evaluate", "x"], ["predict", "x"], ["evaluate"], ["data", "fetch"], ["summary"],
        ["summary", "x", "--model", "mlp:2-2"], ["export", "x"], ["bench", "nothing"], ["train"], ["report"], ["bench", "training", "--batch-size", "0"],
    ])
    func usage(_ arguments: [String]) throws { #expect(try Tool.run(arguments).status == 64) }
}
