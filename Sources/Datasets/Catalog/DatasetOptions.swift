/// What a data set's name leaves open.
public struct DatasetOptions: Hashable, Sendable {
    /// Fixes the split of sets that have none of their own, and what generated sets hold.
    public var seed: UInt64
    /// The part of the items of a table or a teacher's set that is for testing.
    public var testFraction: Double
    /// Layout of `csv:PATH`.
    public var csv: CSVOptions
    /// Shape of the teacher when the name does not give it.
    public var teacherLayers: [Int]
    /// Items that a teacher labels.
    public var items: Int

    public init(
        seed: UInt64 = 0, testFraction: Double = 0.2, csv: CSVOptions = CSVOptions(), teacherLayers: [Int] = [16, 8, 2], items: Int = 4096
    ) {
        self.seed = seed
        self.testFraction = testFraction
        self.csv = csv
        self.teacherLayers = teacherLayers
        self.items = items
    }
}
