internal import BitCore

extension InferenceModel {
    /// Elements that a value, or an image with its margins, may have.
    public static let valueLimit = 1 << 24
    /// Products and comparisons that one item may take in all layers together: a hundred times what the largest published networks take. A
    /// few bytes of a file can ask for a very large convolution; this is where it ends.
    public static let workLimit = 1 << 40
}

extension OperationRules {
    /// Checks that windows stand on the value they are meant for, and that neither the image with its margins nor the result is too large.
    func expect(_ geometry: WindowGeometry, on input: ValueType, channels: Int, _ node: String) throws(ModelError) {
        guard geometry.image == input.shape else { throw .imageShape(node: node, expected: geometry.image, found: input.shape) }
        guard Self.fits(geometry) else { throw .imageSize(node: node) }
        guard let count = InferenceModel.product([geometry.height, geometry.width, channels]), count <= InferenceModel.valueLimit else {
            throw .imageSize(node: node)
        }
    }

    /// True when the image with its margins stays below the limit.
    static func fits(_ geometry: WindowGeometry) -> Bool {
        let (image, margins) = (geometry.image, geometry.margins)
        let padded = InferenceModel.product([
            image[0] + margins.top + margins.bottom, image[1] + margins.left + margins.right, image[2],
        ])
        return padded.map { $0 <= InferenceModel.valueLimit } ?? false
    }
}

extension NodeEncoder {
    mutating func set(_ attribute: String, _ values: [Int]) { attributes[attribute] = .array(values.map { .integer($0) }) }

    /// Where the windows of a convolution or a pool stand.
    mutating func set(_ geometry: WindowGeometry) {
        let (window, margins) = (geometry.window, geometry.margins)
        set("image", geometry.image.dimensions)
        set("window", [window.height, window.width])
        set("stride", window.stride)
        set("dilation", window.dilation)
        attributes["padding"] = .string(geometry.padding.rawValue)
        set("margins", [margins.top, margins.left, margins.bottom, margins.right])
    }
}

extension NodeDecoder {
    mutating func integers(_ attribute: String, count: Int, in range: ClosedRange<Int>) throws(ModelFileError.Fault) -> [Int] {
        guard let values = attributes.removeValue(forKey: attribute)?.integers, values.count == count, values.allSatisfy(range.contains) else {
            throw .field("\(attribute) of node \"\(name)\"")
        }
        return values
    }

    /// Every number is bounded before any two are multiplied.
    mutating func geometry() throws(ModelFileError.Fault) -> WindowGeometry {
        let limit = 1 << 20
        let image = try integers("image", count: 3, in: 1...InferenceModel.valueLimit)
        let window = try integers("window", count: 2, in: 1...limit)
        let stride = try integer("stride", in: 1...limit)
        let dilation = try integer("dilation", in: 1...limit)
        guard let padding = attributes.removeValue(forKey: "padding")?.string.flatMap(Padding.init(rawValue:)) else {
            throw .field("padding of node \"\(name)\"")
        }
        let margins = try integers("margins", count: 4, in: 0...limit)
        guard let count = InferenceModel.product(image), count <= InferenceModel.valueLimit, padding != .valid || margins == [0, 0, 0, 0] else {
            throw .field("image or margins of node \"\(name)\"")
        }
        do {
            let geometry = try WindowGeometry(
                Shape(image), Window(window[0], window[1], stride: stride, dilation: dilation), padding,
                margins: Margins(top: margins[0], left: margins[1], bottom: margins[2], right: margins[3]))
            guard MaxPoolRules.fits(geometry) else { throw ModelError.imageSize(node: name) }
            return geometry
        } catch let error as GeometryError {
            throw .model(.geometry(node: name, error))
        } catch {
            throw .model(.imageSize(node: name))
        }
    }
}
