internal import BitCore
public import Datasets

/// How the bytes of an item become ±1: an image is brought to `side` × `side` pixels, each the mean of the area that it covers, and a value of at least the
/// threshold is +1.
public struct SpinEncoding: Hashable, Sendable, Codable {
    public enum Threshold: Hashable, Sendable, Codable {
        /// The data set's own, 128 for bytes.
        case recommended
        /// The mean of all bytes of a data set, which is that of the shrunken images too: pictures that are mostly background stay apart when small.
        case mean
        /// In units of bytes.
        case value(Double)
    }

    /// nil leaves items as they are.
    public var side: Int?
    public var threshold: Threshold

    public init(side: Int? = nil, threshold: Threshold? = nil) {
        self.side = side
        self.threshold = threshold ?? (side == nil ? .recommended : .mean)
    }

    /// The same with the threshold's value for a data set: found on training items and used on all.
    public func resolved(on dataset: Dataset) -> SpinEncoding {
        let value =
            switch threshold {
            // Bytes are whole: at least t is above t − ½, and so are means of areas of which more than half is +1.
            case .recommended: Double(dataset.encodings.threshold) - 0.5
            case .mean: dataset.featureMean
            case .value(let value): value
            }
        return SpinEncoding(side: side, threshold: .value(value))
    }

    /// Rows of ±1, one an item.
    /// - Throws: `SpinDataError` when items are to be shrunk and are no grey images, or smaller than that, or the threshold is no number.
    func values(_ dataset: Dataset, _ items: [Int]) throws(SpinDataError) -> (inputs: Int, values: [Int8]) {
        guard !dataset.isStreamed else { throw .streamed(dataset.name) }
        guard case .value(let threshold) = resolved(on: dataset).threshold, threshold.isFinite else { throw .threshold }
        guard let side else {
            return (dataset.featureCount, dataset.batch(items).bytes.map { Double($0) >= threshold ? 1 : -1 })
        }
        let extents = (0..<dataset.itemShape.rank).map { dataset.itemShape[$0] }
        guard extents.count == 2 || extents.count == 3 && extents[2] == 1 else { throw .notImages(dataset.name, shape: "\(dataset.itemShape)") }
        let (height, width) = (extents[0], extents[1])
        guard side >= 1, side <= height, side <= width else { throw .side(side, height: height, width: width) }
        let rows = AreaCells(height, side)
        let columns = AreaCells(width, side)
        let limit = threshold * Double(height * width)
        var values: [Int8] = []
        values.reserveCapacity(items.count * side * side)
        for item in items {
            let bytes = Array(dataset.bytes(of: item))
            for row in 0..<side {
                for column in 0..<side {
                    var sum = 0
                    for (y, share) in rows[row] {
                        for (x, part) in columns[column] { sum += share * part * Int(bytes[y * width + x]) }
                    }
                    values.append(Double(sum) >= limit ? 1 : -1)
                }
            }
        }
        return (side * side, values)
    }
}

/// Which pixels a shrunken one covers along an axis, and how much of each: in units of 1/k of a pixel, pixel p spans pk…(p + 1)k and cell i of k spans
/// in…(i + 1)n. Overlaps are integers, and those of a cell sum to n.
struct AreaCells {
    private let cells: [[(pixel: Int, share: Int)]]

    init(_ pixels: Int, _ k: Int) {
        cells = (0..<k).map { cell in
            let span = cell * pixels..<(cell + 1) * pixels
            return (span.lowerBound / k...(span.upperBound - 1) / k).map { pixel in
                (pixel, Swift.min(span.upperBound, (pixel + 1) * k) - Swift.max(span.lowerBound, pixel * k))
            }
        }
    }

    subscript(_ cell: Int) -> [(pixel: Int, share: Int)] { cells[cell] }
}
