public import BitCore

/// What is wrong with a file that was given to be classified.
public struct InputFileError: Error, Hashable, CustomStringConvertible {
    public enum Fault: Hashable, Sendable {
        case empty
        case notAnImage(String)
        case itemSize(found: Int, expected: Int)
        /// A picture for a model that takes no images.
        case notAnItem(height: Int, width: Int, expected: Shape)
        case badLine(Int, String)
    }

    public var path: String
    public var fault: Fault

    public init(_ path: String, _ fault: Fault) {
        self.path = path
        self.fault = fault
    }

    public var description: String {
        switch fault {
        case .empty: "\(path) holds no items; give CSV rows, a JPEG, PNG or PGM image, or an IDX file of images"
        case .notAnImage(let reason): "\(path) cannot be read: \(reason)"
        case .itemSize(let found, let expected): "\(path) has items of \(found) values, but the model takes \(expected)"
        case .notAnItem(let height, let width, let expected):
            "\(path) is a picture of \(height)×\(width) pixels, but the model takes items of shape \(expected); give a picture with as many pixels, or CSV rows"
        case .badLine(let number, let reason): "\(path), line \(number): \(reason)"
        }
    }
}
