/// Why items of a data set make no samples. Every message is one sentence that says what to do.
public enum SpinDataError: Error, Hashable, Sendable, CustomStringConvertible {
    case streamed(String)
    case threshold
    case notImages(String, shape: String)
    case side(Int, height: Int, width: Int)
    case noClass(Int, data: String, classes: Int)
    case oneClass(Int)
    case noItems(String)
    case tooFew(String, wanted: Int, found: Int, ofClass: Int?)
    case count(Int)
    case noContrast(attempts: Int)

    public var description: String {
        switch self {
        case .streamed(let name): "items of \(name) are read on demand; load them before they are encoded"
        case .threshold: "a threshold is a finite number; choose one among the values of the bytes"
        case .notImages(let name, let shape): "items of \(name) have the shape \(shape) and are no grey images that could be shrunk; leave out the side"
        case .side(let side, let height, let width):
            "images of \(height)×\(width) pixels cannot be shrunk to \(side)×\(side); choose a side of 1 to \(min(height, width))"
        case .noClass(let label, let data, let classes): "\(data) has no class \(label); its classes are 0 to \(classes - 1)"
        case .oneClass(let label): "class \(label) cannot be told apart from itself; name two classes"
        case .noItems(let name): "\(name) has no items of the classes asked for; choose other classes"
        case .tooFew(let name, let wanted, let found, let label):
            "\(name) has \(found) items of \(label.map { "class \($0)" } ?? "the classes asked for"), not \(wanted); ask for fewer"
        case .count(let count): "\(count) samples make no task; ask for at least one"
        case .noContrast(let attempts): "\(attempts) random networks gave all samples the same target; use more samples"
        }
    }
}
