import BitCore
import Datasets
import Ising
import QUBOTraining
import Testing

@Suite struct SpinDataTests {
    /// Two images of 3×4 pixels, one of them white at the left, one grey.
    static func images() throws -> Dataset {
        try Dataset(
            name: "made up", itemShape: [3, 4], features: [255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0] + [UInt8](repeating: 128, count: 12),
            labels: [1, 0], classNames: ["a", "b"])
    }

    @Test func bytesAreCompared() throws {
        let data = try LabelledSpins(Self.images())
        #expect(data.inputs == 12 && data.labels == [1, 0])
        #expect(Array(data.row(0)) == [1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1])
        #expect(data.row(1).allSatisfy { $0 == 1 })
        #expect(try LabelledSpins(Self.images(), encoding: .init(threshold: .value(129))).row(1).allSatisfy { $0 == -1 })
    }

    @Test(arguments: [(2, [1, -1, 1, -1]), (3, [1, 1, -1, 1, 1, -1, 1, 1, -1]), (1, [-1])] as [(Int, [Int8])])
    func imagesShrinkByArea(_ side: Int, _ expected: [Int8]) throws {
        // The middle column of 3 covers a third of a white and a third of a black pixel: 127.5.
        let threshold: SpinEncoding.Threshold = side == 1 ? .value(127.6) : .recommended
        let data = try LabelledSpins(Self.images(), encoding: .init(side: side, threshold: threshold))
        #expect(Array(data.row(0)) == expected)
    }

    /// Against a sum over a grid so fine that pixels and cells are whole numbers of points.
    @Test(arguments: [(8, 3), (8, 5), (5, 5), (7, 2)]) func areasAreExact(_ pixels: Int, _ side: Int) throws {
        var generator = SeededGenerator(seed: 4)
        let bytes = (0..<pixels * pixels).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let dataset = try Dataset(name: "random", itemShape: [pixels, pixels], features: bytes, labels: [0], classNames: ["a", "b"])
        for threshold in stride(from: 60.5, to: 200, by: 10) {
            let row = Array(try LabelledSpins(dataset, encoding: .init(side: side, threshold: .value(threshold))).row(0))
            let expected = (0..<side * side).map { cell -> Int8 in
                var sum = 0
                for y in 0..<pixels {
                    for x in 0..<pixels {
                        sum += Int(bytes[(cell / side * pixels + y) / side * pixels + (cell % side * pixels + x) / side])
                    }
                }
                return Double(sum) >= threshold * Double(pixels * pixels) ? 1 : -1
            }
            #expect(row == expected)
        }
    }

    @Test func theMeanIsFoundOnce() throws {
        let images = try Self.images()
        let encoding = SpinEncoding(side: 2).resolved(on: images)
        #expect(encoding.threshold == .value(images.featureMean))
        #expect(SpinEncoding().resolved(on: images).threshold == .value(127.5))
        #expect(encoding.resolved(on: try Dataset.xor()) == encoding)
    }

    @Test func pairsAndOthers() throws {
        let digits = try Dataset.digits()
        let data = try LabelledSpins(digits, items: Array(0..<200), encoding: .init(side: 3))
        let pair = try SpinSamples(data, .pair(3, 5))
        #expect(pair.count == data.labels.count { $0 == 3 || $0 == 5 } && pair.outputs == 1)
        #expect(pair.positives.reduce(0, +) == data.labels.count { $0 == 3 })
        let rest = try SpinSamples(data, .oneAgainstRest(7))
        #expect(rest.count == 200 && rest.positives.reduce(0, +) == data.labels.count { $0 == 7 })
        let all = try SpinSamples(data, .all)
        #expect(all.outputs == 10 && all.positives.reduce(0, +) == 200)
        #expect(try SpinSamples(digits, .randomOfEach(5), .pair(1, 2), encoding: .init(side: 4), seed: 3).count == 10)
    }

    @Test func choicesAreSeededAndNested() throws {
        let labels = (0..<100).map { $0 % 4 }
        func items(_ choice: ItemChoice, _ seed: UInt64 = 1, of classes: [Int] = [0, 2]) throws -> [Int] {
            try choice.items(labels, of: classes, name: "made up", seed: seed)
        }
        #expect(try items(.first(4)) == [0, 2, 4, 6])
        #expect(try items(.firstOfEach(2)) == [0, 2, 4, 6])
        #expect(try items(.all).count == 50)
        #expect(try items(.random(20)).prefix(5) == items(.random(5))[...])
        #expect(try items(.randomOfEach(10)).prefix(6) == items(.randomOfEach(3))[...])
        #expect(try items(.random(20)) != items(.random(20), 2))
        #expect(try Set(items(.randomOfEach(25))).count == 50)
        #expect(try items(.randomOfEach(7)).count { labels[$0] == 2 } == 7)
        #expect(throws: SpinDataError.tooFew("made up", wanted: 51, found: 50, ofClass: nil)) { try items(.random(51)) }
        #expect(throws: SpinDataError.tooFew("made up", wanted: 26, found: 25, ofClass: 0)) { try items(.firstOfEach(26)) }
        #expect(throws: SpinDataError.noItems("made up")) { try items(.all, of: [9]) }
        #expect(throws: SpinDataError.count(0)) { try items(.first(0)) }
    }

    @Test func splitsLeaveTheRest() throws {
        let data = try LabelledSpins(Dataset.digits(), encoding: .init(side: 3))
        let parts = try data.split(.randomOfEach(10), of: .pair(4, 9), seed: 5)
        #expect(parts.train.count == 20 && parts.train.count + parts.rest.count == data.labels.count { $0 == 4 || $0 == 9 })
    }

    @Test func refusalsSayWhatToDo() throws {
        let digits = try Dataset.digits()
        #expect(throws: SpinDataError.side(9, height: 8, width: 8)) { try LabelledSpins(digits, encoding: .init(side: 9)) }
        #expect(throws: SpinDataError.noClass(10, data: "digits", classes: 10)) { try SpinSamples(LabelledSpins(digits), .pair(3, 10)) }
        #expect(throws: SpinDataError.oneClass(3)) { try SpinSamples(LabelledSpins(digits), .pair(3, 3)) }
        #expect(throws: SpinDataError.threshold) { try LabelledSpins(digits, encoding: .init(threshold: .value(.nan))) }
        let table = try Dataset.xor()
        do {
            _ = try LabelledSpins(table, encoding: .init(side: 1))
            Issue.record("a table was shrunk")
        } catch { #expect("\(error)".contains("no grey images")) }
    }

    @Test func partsKeepClasses() throws {
        // Three samples of one input, wanted 0, 2, 2, and one of another.
        let samples = try SpinSamples(inputs: 2, outputs: 3, values: [1, 1, 1, 1, -1, 1, 1, 1], labels: [0, 2, 1, 2])
        let all = samples.selecting([0, 1, 2, 3])
        #expect(all == samples)
        for sample in 0..<4 {
            let one = samples.selecting([sample])
            #expect(one.count == 1 && one.positives.reduce(0, +) == 1)
        }
        let columns = samples.selecting([0, 1, 2, 3], inputs: [1])
        #expect(columns.rows == 1 && columns.positives == [1, 1, 2] && columns.errorFloor == 4)
    }

    @Test(arguments: [[9, 3, 1], [25, 5, 1], [6, 4, 3], [30, 8, 4, 2]]) func teachersCanBeFollowed(_ layers: [Int]) throws {
        for seed in 0..<5 as Range<UInt64> {
            let task = try TeacherTask(SpinNetwork(layers: layers), samples: 20, tests: 30, seed: seed)
            let evaluation = try SpinProblem(task.network, task.train).evaluate(task.weights)
            #expect(evaluation.errors == 0 && evaluation.correct == 20 && task.train.errorFloor == 0)
            #expect(task.train.rows == 20)
            let test = try #require(task.test)
            #expect(try SpinProblem(task.network, test).evaluate(task.weights).errors == 0)
            #expect(Set(task.train.positives).count > 1)
            #expect(try TeacherTask(task.network, samples: 20, tests: 30, seed: seed) == task)
        }
    }

    @Test func smallTeachersRunOutOfInputs() throws {
        let network = try SpinNetwork(layers: [4, 2, 1])
        let task = try TeacherTask(network, samples: 12, tests: 100, seed: 1)
        #expect(task.train.rows == 12 && task.test?.count == 4)
        let more = try TeacherTask(network, samples: 40, tests: 100, seed: 1)
        #expect(more.train.count == 40 && more.test == nil)
        #expect(throws: SpinDataError.count(0)) { try TeacherTask(network, samples: 0, seed: 1) }
    }
}
