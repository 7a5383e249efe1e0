extension Safetensors {
    // MARK: Adding. Names are new; counts fill the shapes.

    /// F32.
    public mutating func add(_ name: String, _ tensor: Tensor) {
        add(name, .float32, tensor.shape.dimensions, tensor.withUnsafeElements { $0.map { $0.bitPattern.littleEndian } })
    }

    /// U64 [rows × words]: the rows of signs as `PackedTensor` holds them. How many signs a row has is not in the array: the last word's
    /// padding is zero, and the reader says the shape.
    public mutating func add(_ name: String, _ signs: PackedTensor) {
        add(name, .uint64, [signs.shape.rows, signs.wordsPerRow], signs.withUnsafeWords { $0.map(\.littleEndian) })
    }

    /// I32; a vector unless a shape is given.
    public mutating func add(_ name: String, _ values: [Int32], shape: [Int]? = nil) {
        add(name, .int32, shape ?? [values.count], values.map(\.littleEndian))
    }

    /// U64; a vector unless a shape is given.
    public mutating func add(_ name: String, _ values: [UInt64], shape: [Int]? = nil) {
        add(name, .uint64, shape ?? [values.count], values.map(\.littleEndian))
    }

    /// U8; a vector unless a shape is given.
    public mutating func add(_ name: String, _ values: [UInt8], shape: [Int]? = nil) {
        add(name, .uint8, shape ?? [values.count], values)
    }

    private mutating func add<Element: BitwiseCopyable>(_ name: String, _ type: ElementType, _ shape: [Int], _ elements: [Element]) {
        add(Entry(name: name, type: type, shape: shape, bytes: elements.withUnsafeBytes { Array($0) }[...]))
    }

    // MARK: Reading. A nil shape takes what is there.

    /// F32 numbers, all finite.
    public func tensor(_ name: String, shape: Shape? = nil) throws(Fault) -> Tensor {
        let (found, bits) = try elements(name, .float32, shape?.dimensions, of: UInt32.self)
        let values = bits.map { Float(bitPattern: UInt32(littleEndian: $0)) }
        guard values.allSatisfy(\.isFinite) else { throw .notFinite(name: name) }
        return Tensor(values, shape: Shape(found))
    }

    /// Signs of a known shape, from U64 [rows × words] with clean padding.
    public func signs(_ name: String, shape: Shape) throws(Fault) -> PackedTensor {
        let (_, words) = try elements(name, .uint64, [shape.rows, PackedTensor.words(for: shape.columns)], of: UInt64.self)
        var result = PackedTensor(minusOnes: shape)
        result.withUnsafeMutableWords { out in
            for (index, word) in words.enumerated() { out[index] = UInt64(littleEndian: word) }
        }
        guard result.paddingIsZero else { throw .paddingBits(name: name) }
        return result
    }

    /// I32 numbers.
    public func int32s(_ name: String, shape: [Int]? = nil) throws(Fault) -> [Int32] {
        try elements(name, .int32, shape, of: Int32.self).1.map(Int32.init(littleEndian:))
    }

    private func elements<Element: BitwiseCopyable>(
        _ name: String, _ type: ElementType, _ shape: [Int]?, of: Element.Type
    ) throws(Fault) -> ([Int], [Element]) {
        guard let entry = entry(name) else { throw .missing(name: name) }
        guard entry.type == type else { throw .wrongType(name: name, expected: type, found: entry.type) }
        if let shape, entry.shape != shape { throw .wrongShape(name: name, expected: shape, found: entry.shape) }
        let count = entry.bytes.count / type.size
        let values = entry.bytes.withUnsafeBytes { source in
            [Element](unsafeUninitializedCapacity: count) { target, filled in
                UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
                filled = count
            }
        }
        return (entry.shape, values)
    }
}
