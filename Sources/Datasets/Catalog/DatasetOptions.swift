public import BitCore

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

    /// Height and width to which `folder:PATH` brings pictures; 224 when nil.
    public var imageSize: Int?
    /// Items of `folder:PATH` may stay in their files until they are wanted (`Dataset.isStreamed`). Without, they are all read, which has a limit.
    public var allowsStreaming: Bool
    /// What is done about files of `folder:PATH` that cannot be decoded.
    public var damagedImages = DamagedImages.fail
    /// Looks at such files.
    public var parallel = Parallel.serial

    public init(
        seed: UInt64 = 0, testFraction: Double = 0.2, csv: CSVOptions = CSVOptions(), teacherLayers: [Int] = [16, 8, 2], items: Int = 4096,
        imageSize: Int? = nil, allowsStreaming: Bool = false
    ) {
        self.seed = seed
        self.testFraction = testFraction
        self.csv = csv
        self.teacherLayers = teacherLayers
        self.items = items
        self.imageSize = imageSize
        self.allowsStreaming = allowsStreaming
    }
}
