import BitCore
import Datasets
import Foundation
import Testing

@Suite struct DatasetTests {
    /// `count` items of shape [2, 3], item i holding bytes 6i… (mod 256), label i mod 3.
    private func sample(_ count: Int) throws -> Dataset {
        try Dataset(
            name: "sample", itemShape: [2, 3], features: (0..<count * 6).map { UInt8(truncatingIfNeeded: $0) }, labels: (0..<count).map { $0 % 3 },
            classNames: ["a", "b", "c"])
    }

    @Test func validation() {
        #expect(throws: DatasetError.self) { try Dataset(name: "n", itemShape: [2], features: [1, 2, 3], labels: [0, 0], classNames: ["a"]) }
        #expect(throws: DatasetError.self) { try Dataset(name: "n", itemShape: [2], features: [], labels: [], classNames: []) }
        #expect(
            fault { _ = try Dataset(name: "n", itemShape: [1], features: [1, 2], labels: [0, 1], classNames: ["a"]) }
                == .labelOutOfRange(label: 1, item: 1, classes: 1))
        #expect(throws: DatasetError.self) {
            try Dataset(name: "n", itemShape: [1], features: [1], labels: [-1], classNames: ["a"])
        }
    }

    @Test func prefixAndSelection() throws {
        let set = try sample(10)
        #expect(set.prefix(nil).count == 10 && set.prefix(99).count == 10 && set.prefix(4).labels == [0, 1, 2, 0] && set.prefix(0).count == 0)
        let chosen = set.selecting([7, 2])
        #expect(chosen.labels == [1, 2] && Array(chosen.bytes(of: 0)) == Array(42..<48) && chosen.classCount == 3)
        #expect(try sample(3).featureMean == 8.5)
    }

    @Test func lastItemsForTest() throws {
        let data = try LabelledData(sample(10), lastForTest: 3)
        #expect(data.train.count == 7 && data.test.count == 3 && Array(data.test.bytes(of: 0)) == Array(42..<48))
        #expect(throws: DatasetError.self) { try LabelledData(sample(3), lastForTest: 3) }
    }

    @Test func seededSplit() throws {
        let whole = try sample(40)
        let a = try LabelledData(whole, testFraction: 0.25, seed: 1)
        let b = try LabelledData(whole, testFraction: 0.25, seed: 1)
        let c = try LabelledData(whole, testFraction: 0.25, seed: 2)
        #expect(a.test.count == 10 && a.train.count == 30)
        #expect(a.test.features == b.test.features && a.test.features != c.test.features)
        let firstBytes = (a.train.features + a.test.features).enumerated().filter { $0.offset % 6 == 0 }.map(\.element)
        #expect(Set(firstBytes).count == 40, "every item lies in one part")
        for fraction in [0, 1, -0.5, .nan, 2] { #expect(throws: DatasetError.self) { try LabelledData(whole, testFraction: fraction, seed: 0) } }
        #expect(try LabelledData(sample(2), testFraction: 0.01, seed: 0).test.count == 1)
    }

    @Test(arguments: [1, 3]) func tensors(threads: Int) throws {
        let set = try sample(200)
        let parallel = Parallel(threads: threads)
        let order = Array((0..<200).reversed())
        let scaled = set.tensor(order, encoding: .scaled(zeroPoint: 128, shift: 7), parallel: parallel)
        #expect(scaled.shape == [200, 2, 3])
        for (row, item) in order.enumerated() {
            for i in 0..<6 { #expect(scaled[row * 6 + i] == (Float(set.features[item * 6 + i]) - 128) / 128) }
        }
        let flat = set.tensor(order[3..<5], encoding: .binarised(threshold: 100), as: [6], parallel: parallel)
        #expect(flat.shape == [2, 6])
        #expect(flat.elements == order[3..<5].flatMap { item in (0..<6).map { set.features[item * 6 + $0] >= 100 ? 1 : -1 } })
    }

    @Test(arguments: [1, 63, 64, 65, 130]) func packing(width: Int) throws {
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<width * 2 * 5).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let set = try Dataset(name: "p", itemShape: [2, width], features: bytes, labels: [0, 0, 0, 0, 0], classNames: ["a"])
        let items = [4, 0, 3]
        for shape in [nil, [width * 2] as Shape] {
            let packed = set.packed(items, threshold: 77, as: shape, parallel: Parallel(threads: 2))
            #expect(packed.paddingIsZero)
            let signs = Kernels.active.packSigns(set.tensor(items, encoding: .binarised(threshold: 77), as: shape))
            #expect(packed == signs)
        }
    }
}

@Suite struct InputEncodingTests {
    @Test(arguments: ["scaled:128:7", "scaled:0:0", "scaled:255:16", "binarised:0", "binarised:255"]) func textRoundTrip(text: String) throws {
        let encoding = try #require(InputEncoding(text))
        #expect(encoding.description == text)
        #expect(try JSONDecoder().decode([InputEncoding].self, from: JSONEncoder().encode([encoding])) == [encoding])
    }

    @Test(arguments: [
        "", "scaled", "scaled:1", "scaled:256:1", "scaled:-1:1", "scaled:1:17", "scaled:1:2:3", "binarised:256", "binarised:x", "Standard", "scaled::",
    ])
    func rejects(text: String) {
        #expect(InputEncoding(text) == nil)
        #expect(throws: DatasetError.self) { try InputEncoding(parsing: text, recommended: .bytes) }
    }

    @Test func shortForms() throws {
        #expect(try InputEncoding(parsing: "standard", recommended: .digits) == .scaled(zeroPoint: 8, shift: 3))
        #expect(try InputEncoding(parsing: "binarised", recommended: .digits) == .binarised(threshold: 8))
        #expect(try InputEncoding(parsing: "binarised:100", recommended: .digits) == .binarised(threshold: 100))
        #expect(try InputEncoding(parsing: "scaled:33:6", recommended: .digits) == .scaled(zeroPoint: 33, shift: 6))
    }

    @Test func valuesAreExact() {
        #expect(InputEncoding.scaled(zeroPoint: 8, shift: 3).value(16) == 1)
        #expect(InputEncoding.scaled(zeroPoint: 8, shift: 3).value(0) == -1)
        #expect(InputEncoding.scaled(zeroPoint: 128, shift: 7).table.first == -1)
        #expect(InputEncoding.binarised(threshold: 8).value(7) == -1 && InputEncoding.binarised(threshold: 8).value(8) == 1)
    }
}

@Suite struct BatchSamplerTests {
    @Test(arguments: [(10, 3), (12, 4), (1, 5), (128, 128), (7, 0), (7, Int.max)]) func everyItemOnce(count: Int, batchSize: Int) {
        let sampler = BatchSampler(count: count, batchSize: batchSize, seed: 5)
        for epoch in 0..<3 {
            let batches = sampler.batches(epoch: epoch)
            #expect(batches.count == sampler.batchesPerEpoch)
            #expect(batches.flatMap { $0 }.sorted() == Array(0..<count))
            #expect(batches.dropLast().allSatisfy { $0.count == sampler.batchSize })
        }
    }

    @Test func dropsRemainder() {
        let sampler = BatchSampler(count: 10, batchSize: 3, seed: 0, dropsRemainder: true)
        #expect(sampler.batches(epoch: 0).map(\.count) == [3, 3, 3])
        #expect(BatchSampler(count: 60_000, batchSize: 128, seed: 0).batchesPerEpoch == 469)
        #expect(BatchSampler(count: 0, batchSize: 3, seed: 0).batches(epoch: 0).isEmpty)
    }

    /// The order is part of what a seed fixes, so it may not change between versions.
    @Test func orderDependsOnSeedAndEpochAlone() {
        let sampler = BatchSampler(count: 100, batchSize: 7, seed: 1)
        let late = sampler.order(epoch: 5)
        #expect(late == BatchSampler(count: 100, batchSize: 32, seed: 1).order(epoch: 5))
        #expect(late != sampler.order(epoch: 4))
        #expect(late != BatchSampler(count: 100, batchSize: 7, seed: 2).order(epoch: 5))
        #expect(BatchSampler(count: 4, batchSize: 2, seed: 1, shuffles: false).order(epoch: 9) == [0, 1, 2, 3])
    }
}

@Suite struct DigitsTests {
    @Test func facts() throws {
        let digits = try Dataset.digits()
        #expect(digits.count == 1797 && digits.itemShape == [8, 8] && digits.classNames == (0...9).map(String.init))
        #expect(digits.classBalance == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
        #expect(
            Array(digits.bytes(of: 0)) == [
                0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4,
                11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0,
            ])
        #expect(digits.labels.prefix(3) == [0, 1, 2])
        #expect(digits.features.max() == 16)
        let data = try LabelledData.digits()
        #expect(data.train.count == 1437 && data.test.count == 360)
    }
}
