public import BitCore

/// A data set with its two parts. Which item lies in which part is fixed: by the publisher, or by a seed.
public struct LabelledData: Sendable {
    public let train: Dataset
    public let test: Dataset
    /// Files that could not be decoded and were left out, where that was asked for.
    public internal(set) var leftOut: [String] = []

    /// - Throws: `DatasetError` when the parts differ in item shape or classes.
    public init(train: Dataset, test: Dataset) throws(DatasetError) {
        guard train.itemShape == test.itemShape else {
            throw DatasetError(test.name, .wrongShape(expected: "\(train.itemShape)", found: "\(test.itemShape)"))
        }
        guard train.classNames == test.classNames else {
            throw DatasetError(
                test.name, .wrongShape(expected: "\(train.classCount) classes", found: "\(test.classCount) classes, or other names"))
        }
        self.train = train
        self.test = test
    }

    public var name: String { train.name }
    public var itemShape: Shape { train.itemShape }
    public var classNames: [String] { train.classNames }
    public var classCount: Int { train.classCount }
    public var encodings: RecommendedEncodings { train.encodings }

    /// At most `limit` items of each part, from its start.
    public func prefix(_ limit: Int?) -> LabelledData {
        var part = LabelledData(unchecked: train.prefix(limit), test: test.prefix(limit))
        part.leftOut = leftOut
        return part
    }

    /// The last `testCount` items are the test part.
    /// - Throws: `DatasetError` unless both parts get at least one item.
    public init(_ whole: Dataset, lastForTest testCount: Int) throws(DatasetError) {
        guard testCount > 0, testCount < whole.count else {
            throw DatasetError(whole.name, .badOption("a test split of \(testCount) items out of \(whole.count) leaves one part empty; choose fewer"))
        }
        let cut = whole.count - testCount
        self.init(unchecked: whole.selecting(0..<cut), test: whole.selecting(cut..<whole.count))
    }

    /// A random part of the items is the test part: ⌊`testFraction` · count + ½⌋ items, at least 1 and at most all but one. The draw
    /// depends on the seed and the number of items alone; both parts keep the order of the whole.
    /// - Throws: `DatasetError` when there are fewer than two items or the fraction is not in (0, 1).
    public init(_ whole: Dataset, testFraction: Double, seed: UInt64) throws(DatasetError) {
        guard testFraction > 0, testFraction < 1 else {
            throw DatasetError(whole.name, .badOption("a test fraction of \(testFraction) is not between 0 and 1; choose one that is, such as 0.2"))
        }
        guard whole.count >= 2 else {
            throw DatasetError(whole.name, .badOption("\(whole.count) item cannot be split in two; give at least two"))
        }
        let (train, test) = Self.split(whole.count, testFraction: testFraction, seed: seed)
        self.init(unchecked: whole.selecting(train), test: whole.selecting(test))
    }

    /// Which of `count` items `init(_:testFraction:seed:)` puts in which part, each in ascending order.
    /// - Precondition: at least two items; a fraction in (0, 1).
    public static func split(_ count: Int, testFraction: Double, seed: UInt64) -> (train: [Int], test: [Int]) {
        precondition(count >= 2 && testFraction > 0 && testFraction < 1, "\(testFraction) of \(count) items")
        let testCount = Swift.min(Swift.max(Int((testFraction * Double(count)).rounded()), 1), count - 1)
        var generator = SeededGenerator(seed: seed).split("split")
        let order = generator.permutation(count)
        return (order.dropFirst(testCount).sorted(), order.prefix(testCount).sorted())
    }

    private init(unchecked train: Dataset, test: Dataset) {
        self.train = train
        self.test = test
    }
}
