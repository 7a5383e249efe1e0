public import BitCore
public import Datasets

/// Items to classify, read from a file: rows of CSV, one picture (JPEG, PNG, PGM), or an IDX file of images (gzipped or not). What a file is, is seen
/// from its first bytes.
public struct InputFile: Sendable {
    public let path: String
    /// Each item as the model's input bytes.
    public let items: [[UInt8]]

    /// Larger files are refused; what they hold is not meant to be classified in one call.
    public static let maximumBytes = 1 << 30

    /// - Parameters:
    ///   - shape: of an item: [height, width, 3] or [height, width(, 1)] for images, else a number of values.
    ///   - scaling: how the columns of the training table became bytes; nil when rows are bytes already.
    public init(path: String, shape: Shape, scaling: FeatureScaling? = nil) throws {
        let count = shape.count
        let bytes = try WholeFile.read(path, limit: Self.maximumBytes)
        self.path = path
        guard !bytes.isEmpty else { throw InputFileError(path, .empty) }
        if DecodedImage.isPicture(bytes) {
            items = [try Self.picture(DecodedImage(bytes, name: path), path: path, shape: shape)]
        } else if PGMImage.isPGM(bytes) {
            items = [try PGMImage(bytes, path: path).pixels]
        } else if bytes.starts(with: [0, 0]) || bytes.starts(with: [0x1F, 0x8B]) {
            let file = try IDXFile(bytes, name: path, rank: 3)
            let size = file.shape.item.count
            items = (0..<file.shape[0]).map { Array(file.bytes[$0 * size..<($0 + 1) * size]) }
        } else {
            items = try Self.rows(bytes, path: path, count: count, scaling: scaling)
        }
        guard let first = items.first else { throw InputFileError(path, .empty) }
        guard first.count == count else { throw InputFileError(path, .itemSize(found: first.count, expected: count)) }
    }

    /// A model of images sees a picture as a folder's pictures are seen in evaluation; one of plain values takes a picture that has as many.
    private static func picture(_ picture: DecodedImage, path: String, shape: Shape) throws(InputFileError) -> [UInt8] {
        switch (shape.rank, shape.rank == 3 ? shape[2] : 1) {
        case (3, 3): return picture.centred(height: shape[0], width: shape[1])
        case (2...3, 1): return DecodedImage.grey(picture.centred(height: shape[0], width: shape[1]))
        default:
            let pixels = picture.pixels.count / 3
            if shape.count == pixels { return DecodedImage.grey(picture.pixels) }
            if shape.count == 3 * pixels { return picture.pixels }
            throw InputFileError(path, .notAnItem(height: picture.extent.height, width: picture.extent.width, expected: shape))
        }
    }

    private static func rows(_ bytes: [UInt8], path: String, count: Int, scaling: FeatureScaling?) throws(InputFileError) -> [[UInt8]] {
        guard bytes.allSatisfy({ $0 >= 32 || (9...13).contains($0) }) else {
            throw InputFileError(path, .notAnImage("it is neither text nor an image of a known kind (JPEG, PNG, PGM, IDX)"))
        }
        var rows: [[UInt8]] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let text = String(decoding: line, as: UTF8.self).trimmed
            if text.isEmpty { continue }
            let fields = text.split(omittingEmptySubsequences: false) { $0 == "," || $0 == ";" || $0 == "\t" }.map { String($0).trimmed }
            let values = fields.map { Double($0).flatMap { $0.isFinite ? $0 : nil } }
            if rows.isEmpty, number == 1, values.allSatisfy({ $0 == nil }) { continue }  // a header
            guard fields.count == count else {
                let hint = fields.count == count + 1 ? "; leave the label out" : ""
                throw InputFileError(path, .badLine(number, "it has \(fields.count) values where the model takes \(count)\(hint)"))
            }
            var row: [UInt8] = []
            row.reserveCapacity(count)
            for (column, value) in values.enumerated() {
                guard let value else { throw InputFileError(path, .badLine(number, "“\(fields[column].prefix(40))” is not a number")) }
                if let scaling {
                    row.append(scaling.columns[column].byte(value))
                } else {
                    guard let byte = UInt8(exactly: value) else {
                        throw InputFileError(path, .badLine(number, "\(fields[column].prefix(40)) is not a whole number between 0 and 255"))
                    }
                    row.append(byte)
                }
            }
            rows.append(row)
        }
        return rows
    }
}

extension String {
    /// Without white space at either end.
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
