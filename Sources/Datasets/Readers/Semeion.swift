internal import BitCore

/// Semeion handwritten digits (Semeion Research Center of Sciences of Communication, Rome; Tattile, Brescia; UCI Machine Learning Repository 1994/2008):
/// images of 16×16 pixels that are 0 or 1. A line of text an image: 256 pixels, row-major, then ten numbers of which the class has 1 and the others
/// 0, all separated by white space. May be gzipped.
extension Dataset {
    static let semeionSide = 16
    /// Longer files are not read: the published one has 2.9 MB.
    static let semeionLimit = 1 << 26

    /// - Throws: `DatasetError`, which names the line at fault.
    public init(semeion path: String, adviceIfMissing: String = "check the path") throws(DatasetError) {
        try self.init(semeion: ByteSource(path: path, adviceIfMissing: adviceIfMissing))
    }

    /// Reads from memory; `name` stands in errors.
    public init(semeion bytes: [UInt8], source name: String) throws(DatasetError) { try self.init(semeion: ByteSource(bytes, name: name)) }

    init(semeion source: ByteSource) throws(DatasetError) {
        let text = try source.readAll(limit: Self.semeionLimit)
        let (pixels, classes) = (Self.semeionSide * Self.semeionSide, 10)
        var features: [UInt8] = []
        var labels: [Int] = []
        features.reserveCapacity(text.count / 7)
        var number = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            var bits: [UInt8] = []
            for field in line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }) {
                guard let bit = Self.semeionBit(field) else { throw Self.semeionFault(source, number, line, "its values are 0 or 1; correct it") }
                bits.append(bit)
            }
            if bits.isEmpty { continue }
            guard bits.count == pixels + classes else {
                throw Self.semeionFault(source, number, line, "it has \(bits.count) values where \(pixels + classes) are needed; use the published file")
            }
            let named = bits[pixels...].indices.filter { bits[$0] == 1 }
            guard named.count == 1 else {
                throw Self.semeionFault(source, number, line, "its last ten values name \(named.count) classes; exactly one of them is 1")
            }
            features += bits[..<pixels]
            labels.append(named[0] - pixels)
        }
        guard !labels.isEmpty else { throw DatasetError(source.name, .empty) }
        try self.init(
            name: "semeion", itemShape: [Self.semeionSide, Self.semeionSide], features: features, labels: labels, classNames: (0..<classes).map(String.init),
            encodings: .bits)
    }

    /// `0`, `1`, `0.0000`, `1.0000`.
    private static func semeionBit(_ field: ArraySlice<UInt8>) -> UInt8? {
        guard let first = field.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        let rest = field.dropFirst()
        guard rest.isEmpty || rest.first == UInt8(ascii: ".") && rest.dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        return first - UInt8(ascii: "0")
    }

    private static func semeionFault(_ source: ByteSource, _ number: Int, _ line: ArraySlice<UInt8>, _ reason: String) -> DatasetError {
        DatasetError(source.name, .badLine(number: number, text: String(decoding: line.prefix(40), as: UTF8.self), reason: reason))
    }
}

extension LabelledData {
    /// Semeion has no split of its own: every fifth item is for testing. Neighbours in the file are of one class and of different writers, so both parts
    /// have all classes.
    init(semeion whole: Dataset) throws(DatasetError) {
        try self.init(
            train: whole.selecting((0..<whole.count).filter { $0 % 5 != 4 }), test: whole.selecting((0..<whole.count).filter { $0 % 5 == 4 }))
    }
}

extension PublishedSet {
    /// One file; its fingerprint is that of the text with line ends LF, as copies differ in white space.
    public static let semeion = PublishedSet(
        semeionFile: File(
            name: "semeion.data.gz", bytes: 2_886_516, fingerprint: .whole("8fcb0cc6c0e569860b789491407c2bd60dd7c29b6d619894c12e7ea0907c954c")))

    private init(semeionFile: File) {
        name = "semeion"
        folders = ["semeion"]
        format = .semeion
        title = "Semeion handwritten digits, binary images; every fifth for testing"
        licence = "CC BY 4.0, Semeion Research Center, Rome; Tattile, Brescia"
        files = [semeionFile]
        mirrors = []
        source = "get semeion.data from https://archive.ics.uci.edu/dataset/178 and put it there"
        itemShape = [16, 16]
        classNames = (0...9).map(String.init)
        (trainCount, testCount) = (1275, 318)
    }
}
