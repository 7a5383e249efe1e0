/// The extents of a tensor, outermost first. Images are NHWC, kernels OHWI, dense kernels OI.
public struct Shape: Hashable, Sendable, Codable {
    public var dimensions: [Int]

    /// - Precondition: no extent is negative.
    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative extents: \(dimensions)")
        self.dimensions = dimensions
    }

    public var rank: Int { dimensions.count }

    /// Number of elements: the product of the extents, 1 for a scalar.
    public var count: Int { dimensions.reduce(1, *) }

    /// The innermost extent (channels, features); 1 for a scalar.
    public var columns: Int { dimensions.last ?? 1 }

    /// Number of innermost rows: the product of all extents but the last.
    public var rows: Int { dimensions.dropLast().reduce(1, *) }

    /// The shape without its outermost extent: one item of a batch.
    public var item: Shape { Shape(Array(dimensions.dropFirst())) }

    /// The shape with an outermost extent before it: a batch of items.
    public func batched(_ count: Int) -> Shape { Shape([count] + dimensions) }

    public subscript(_ axis: Int) -> Int { dimensions[axis] }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    public var description: String { "[" + dimensions.map(String.init).joined(separator: "×") + "]" }

    // A shape reads and writes as a plain array of numbers.
    public init(from decoder: any Decoder) throws {
        let values = try [Int](from: decoder)
        guard values.allSatisfy({ $0 >= 0 }) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "negative extent in shape \(values)"))
        }
        self.init(values)
    }

    public func encode(to encoder: any Encoder) throws { try dimensions.encode(to: encoder) }
}
