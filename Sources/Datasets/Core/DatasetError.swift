/// What was wrong with a data set: where, and what. Every message is one sentence that says what to do.
public struct DatasetError: Error, Hashable, Sendable {
    /// The file, or the name of the data set when no file is involved.
    public var source: String
    public var fault: Fault

    public init(_ source: String, _ fault: Fault) {
        self.source = source
        self.fault = fault
    }

    public enum Fault: Hashable, Sendable {
        // Files.
        case missing(advice: String)
        case unreadable(reason: String)
        case notGzip
        case corruptGzip(reason: String)
        case badArchive(reason: String)
        case truncated(expected: Int, found: Int)
        /// As `truncated`, but of compressed data, of which only an upper bound is known.
        case announcesTooMuch(bytes: Int, atMost: Int)
        case trailingBytes
        /// A file of records of one length that is no whole number of them.
        case partialRecord(bytes: Int, recordLength: Int)
        case wrongMagic(expected: UInt32, found: UInt32)
        /// A header announces more than is ever read.
        case tooLarge(what: String, value: Int, limit: Int)
        /// The content is more than is ever read.
        case tooLong(limit: Int)
        case wrongShape(expected: String, found: String)
        case countMismatch(items: Int, labels: Int)
        case labelOutOfRange(label: Int, item: Int, classes: Int)
        case empty
        /// A line of a text file, counted from 1, with its text.
        case badLine(number: Int, text: String, reason: String)
        /// A picture that cannot be decoded.
        case badImage(reason: String)
        case noColumn(name: String, columns: [String])
        case checksumMismatch(expected: String, found: String)
        /// As `checksumMismatch`, of a part of the file.
        case otherContent(what: String, advice: String)
        /// What is wrong with a graph, or with the use of a name of one.
        case graph(GraphFault)
        // Requests.
        case unknownName(known: [String], nearest: String?)
        case badOption(String)
        case downloadFailed(reason: String)
    }
}

extension DatasetError: CustomStringConvertible {
    public var description: String { "\(source): \(explanation)" }

    private var explanation: String {
        switch fault {
        case .missing(let advice): "there is no such file; \(advice)"
        case .unreadable(let reason): "cannot be read (\(reason)); check the path and its permissions"
        case .notGzip: "is not a gzip file although it is named like one; fetch it again, or drop the .gz if it is not compressed"
        case .corruptGzip(let reason): "the gzip data is damaged (\(reason)); fetch the file again"
        case .badArchive(let reason): "is no tar archive that can be read (\(reason)); fetch it again"
        case .truncated(let expected, let found): "ends after \(found) bytes where its header announces \(expected); fetch it again"
        case .announcesTooMuch(let bytes, let atMost):
            "announces \(bytes) bytes in its header, but a file of its size holds at most \(atMost); fetch it again"
        case .trailingBytes: "goes on after the bytes that its header announces; it is not the published file, fetch it again"
        case .partialRecord(let bytes, let recordLength):
            "its \(bytes) bytes are no whole number of records of \(recordLength); fetch it again"
        case .wrongMagic(let expected, let found):
            "starts with \(hexadecimal(found)) instead of \(hexadecimal(expected)); check that images and labels are not swapped"
        case .tooLarge(let what, let value, let limit): "announces \(value) \(what), more than the \(limit) accepted; it is not a valid file"
        case .tooLong(let limit): "holds more than \(limit) bytes, the most that is read; split it"
        case .wrongShape(let expected, let found): "holds items of shape \(found) where \(expected) is needed; use the file that belongs here"
        case .countMismatch(let items, let labels): "\(items) items come with \(labels) labels; use two files of the same split"
        case .labelOutOfRange(let label, let item, let classes):
            "item \(item) has label \(label), but labels must lie in 0...\(classes - 1); correct the label or name all classes"
        case .empty: "holds no items; give a file with at least one"
        case .badLine(let number, let text, let reason): "line \(number), \"\(text)\": \(reason)"
        case .badImage(let reason): "no picture can be read from it (\(reason)); mend or remove the file"
        case .noColumn(let name, let columns): "has no column \"\(name)\"; its columns are \(columns.joined(separator: ", "))"
        case .checksumMismatch(let expected, let found): "its SHA-256 is \(found) instead of \(expected); fetch it again"
        case .otherContent(let what, let advice): "its \(what) are not the published ones; \(advice)"
        case .graph(let fault): fault.description
        case .unknownName(let known, let nearest):
            "is not a known data set; \(nearest.map { "did you mean \($0)? " } ?? "")known are \(known.joined(separator: ", "))"
        case .badOption(let reason): reason
        case .downloadFailed(let reason): "the download failed (\(reason)); try again, or put the file there by hand"
        }
    }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
