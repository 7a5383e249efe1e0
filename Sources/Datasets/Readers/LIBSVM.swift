internal import BitCore

/// The text form of LIBSVM (C.-C. Chang, C.-J. Lin): a line an item, `label index:value index:value …`, indices from 1 up and rising, features that are not
/// named 0. Labels are whole numbers; classes are the labels there are, in ascending order. Read here are sets of binary features: values 0 and 1.
extension Dataset {
    /// Longer files are not read.
    static let libsvmLimit = 1 << 28
    /// Indices above this are not read.
    public static let libsvmFeatureLimit = 1 << 20

    /// - Parameters:
    ///   - features: of every item; nil for the largest index there is.
    ///   - labels: the classes; nil for the labels there are.
    /// - Throws: `DatasetError`, which names the line at fault.
    public init(libsvm path: String, name: String, features: Int? = nil, labels: [Int]? = nil, adviceIfMissing: String = "check the path") throws(DatasetError)
    {
        try self.init(libsvm: ByteSource(path: path, adviceIfMissing: adviceIfMissing), name: name, features: features, labels: labels)
    }

    /// Reads from memory; `name` stands in errors.
    public init(libsvm bytes: [UInt8], source name: String, features: Int? = nil, labels: [Int]? = nil) throws(DatasetError) {
        try self.init(libsvm: ByteSource(bytes, name: name), name: name, features: features, labels: labels)
    }

    init(libsvm source: ByteSource, name: String, features: Int?, labels: [Int]?) throws(DatasetError) {
        let text = try source.readAll(limit: Self.libsvmLimit)
        var (found, ones, starts): ([Int], [Int32], [Int]) = ([], [], [0])
        var (number, largest) = (0, 0)
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let fields = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") })
            guard let first = fields.first else { continue }
            func fault(_ reason: String) -> DatasetError {
                DatasetError(source.name, .badLine(number: number, text: String(decoding: line.prefix(40), as: UTF8.self), reason: reason))
            }
            guard let label = Self.integer(first, hasSign: true) else { throw fault("it begins with no whole number; begin with the label") }
            if let labels, !labels.contains(label) {
                throw fault("its label is not one of \(labels.map(String.init).joined(separator: ", ")); correct it")
            }
            found.append(label)
            var last = 0
            for field in fields.dropFirst() {
                let parts = field.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                guard parts.count == 2, let index = Self.integer(parts[0], hasSign: false) else {
                    throw fault("\"\(String(decoding: field.prefix(20), as: UTF8.self))\" is no feature; write index:value")
                }
                guard index >= 1, index <= features ?? Self.libsvmFeatureLimit else {
                    throw fault("its index \(index) is not in 1...\(features ?? Self.libsvmFeatureLimit); correct it")
                }
                guard index > last else { throw fault("its index \(index) follows \(last); indices rise") }
                last = index
                switch parts[1].elementsEqual([UInt8(ascii: "1")]) ? 1 : parts[1].elementsEqual([UInt8(ascii: "0")]) ? 0 : -1 {
                case 1: ones.append(Int32(index - 1))
                case 0: break
                default:
                    throw fault(
                        "its value \"\(String(decoding: parts[1].prefix(20), as: UTF8.self))\" is not 0 or 1; give other numbers as a table, csv:PATH")
                }
            }
            largest = Swift.max(largest, last)
            starts.append(ones.count)
        }
        guard !found.isEmpty else { throw DatasetError(source.name, .empty) }
        let width = features ?? largest
        guard width > 0 else { throw DatasetError(source.name, .empty) }
        // A short text can name a large index: what is kept is a byte for every feature of every item.
        guard width <= DatasetCatalog.maximumLoadedBytes / found.count else {
            throw DatasetError(
                source.name,
                .tooLarge(what: "features of \(found.count) items", value: width, limit: DatasetCatalog.maximumLoadedBytes / found.count))
        }
        var bytes = [UInt8](repeating: 0, count: width * found.count)
        for item in found.indices {
            for place in starts[item]..<starts[item + 1] { bytes[item * width + Int(ones[place])] = 1 }
        }
        let classes = labels ?? Set(found).sorted()
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        try self.init(
            name: name, itemShape: [width], features: bytes, labels: found.map { places[$0] ?? 0 }, classNames: classes.map(String.init), encodings: .bits)
    }

    /// `12`, `+1`, `-1`; nil for anything else, and for more than nine digits.
    private static func integer(_ text: ArraySlice<UInt8>, hasSign: Bool) -> Int? {
        var digits = text
        var sign = 1
        if hasSign, let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? -1 : 1
            digits = digits.dropFirst()
        }
        guard (1...9).contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return sign * digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}

extension PublishedSet {
    /// Adult as binary features, in the split of the LIBSVM pages.
    public static let adult = PublishedSet(
        adultFiles: [
            File(name: "a1a", bytes: 114_818, fingerprint: .whole("eb54c45f1bdb51286f803dd092eb8202b44637a858fc6c4e533a2d64a0d94b4e")),
            File(name: "a1a.t", bytes: 2_215_057, fingerprint: .whole("0212d0c4a3996fe6fb6a0ab54033d9f4fa4b60369b6e3bb141821d9ffc40c04d")),
        ])

    private init(adultFiles: [File]) {
        name = "adult-a1a"
        folders = ["adult-a1a"]
        format = .libsvm
        title = "Adult (income above 50,000 dollars), 123 binary features, a1a of the LIBSVM pages"
        licence = "CC BY 4.0, B. Becker, R. Kohavi 1996"
        files = adultFiles
        mirrors = []
        source = "get a1a and a1a.t from https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary.html and put them there"
        itemShape = [123]
        classNames = ["-1", "1"]
        (trainCount, testCount) = (1605, 30_956)
    }
}
