/// What is wrong with a file that was given to be classified.
public struct InputFileError: Error, Hashable, CustomStringConvertible {
    public enum Fault: Hashable, Sendable {
        case empty
        case notAnImage(String)
        case itemSize(found: Int, expected: Int)
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
        case .empty: "\(path) holds no items; give CSV rows, a PGM image or an IDX file of images"
        case .notAnImage(let reason): "\(path) is not a PGM image of bytes: \(reason)"
        case .itemSize(let found, let expected): "\(path) has items of \(found) values, but the model takes \(expected)"
        case .badLine(let number, let reason): "\(path), line \(number): \(reason)"
        }
    }
}
