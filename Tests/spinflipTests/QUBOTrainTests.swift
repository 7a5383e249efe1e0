import Foundation
import Testing

/// `qubo train` as a person or a script sees it.
@Suite struct QUBOTrainTests {
    static let keys = [
        "variables", "interactions", "form", "energy", "trainErrors", "trainAccuracy", "testAccuracy", "meanMargin", "optimal", "seconds",
    ]

    @Test func teachersAreFollowed() throws {
        let object = try StoryTests.json(["qubo", "train", "--layers", "9-3-1", "--dataset", "teacher", "--samples", "10"], keys: Self.keys)
        #expect(object["trainErrors"] as? Int == 0 && object["trainAccuracy"] as? Double == 1 && object["optimal"] as? Bool == true)
        #expect(object["form"] as? String == "weights" && object["variables"] as? Int == 30)
    }

    @Test func marginsDropoutAndFiles() throws {
        try StoryTests.withFolder { folder in
            let object = try StoryTests.json(
                [
                    "qubo", "train", "--layers", "9-2-1", "--dataset", "digits", "--classes", "3,5", "--samples", "12", "--margin", "auto", "--margin-measure",
                    "worst", "--dropout", "0.2", "--dropout-rounds", "3", "--dropout-decode", "vote", "--time-limit", "2", "--out", folder,
                ], keys: Self.keys)
            #expect(FileManager.default.fileExists(atPath: try #require(object["weightsPath"] as? String)))
            #expect((object["testAccuracy"] as? Double).map { $0 > 0 } == true)
        }
    }

    @Test func warningsAreToldOf() throws {
        let outcome = try Tool.run(
            "qubo", "train", "--layers", "9-2-1", "--dataset", "teacher", "--margin", "0.5", "--time-limit", "1", "--quiet")
        #expect(outcome.status == 0 && outcome.errors.contains("warning: a margin of 0.5"))
    }

    @Test(arguments: [
        (["--layers", "9-3-1", "--dataset", "nothing"], "not a known data set"), (["--layers", "7", "--dataset", "digits"], "layers"),
        (["--layers", "9-3-1", "--dataset", "digits", "--side", "9"], "cannot be shrunk"),
        (["--layers", "9-3-1", "--dataset", "digits", "--form", "x"], "no form"),
        (["--layers", "9-3-1", "--dataset", "digits", "--classes", "3,3"], "itself"),
        (["--layers", "9-3-1", "--dataset", "digits", "--dropout", "1"], "dropout rate"),
        (["--layers", "9-3-1", "--dataset", "digits", "--margin", "much"], "margin"),
        (["--layers", "9-3-1", "--dataset", "digits", "--edges", "/nowhere/graph"], "/nowhere/graph"),
    ])
    func badInputIsOneSentence(_ options: [String], _ part: String) throws {
        let outcome = try Tool.run(["qubo", "train"] + options + ["--quiet"])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(part) && outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }

    @Test func dropoutOptionsNeedDropout() throws {
        #expect(try Tool.run("qubo", "train", "--layers", "9-3-1", "--dataset", "teacher", "--dropout-rounds", "3").status == 64)
    }
}
