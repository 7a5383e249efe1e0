public import BitCore

extension Dataset {
    /// The bytes and labels of some items, one after another.
    /// - Precondition: every index is one of an item.
    public func batch(_ indices: some Collection<Int>) -> (bytes: [UInt8], labels: [Int]) {
        let width = featureCount
        var chosen: [Int] = []
        chosen.reserveCapacity(indices.count)
        let bytes = [UInt8](unsafeUninitializedCapacity: indices.count * width) { target, filled in
            features.withUnsafeBufferPointer { source in
                for item in indices {
                    precondition(item >= 0 && item < count, "item \(item) of a data set of \(count)")
                    (target.baseAddress! + filled).update(from: source.baseAddress! + item * width, count: width)
                    filled += width
                    chosen.append(labels[item])
                }
            }
        }
        return (bytes, chosen)
    }

    /// Some items as numbers: a tensor of shape batch × `shape` (the item shape unless given).
    /// - Precondition: the indices are of items; `shape` has as many elements as an item.
    public func tensor(
        _ indices: some Collection<Int>, encoding: InputEncoding, as shape: Shape? = nil, parallel: Parallel = .serial
    ) -> Tensor {
        let items = checked(indices)
        let width = featureCount
        var result = Tensor(uninitialized: target(shape).batched(items.count))
        let table = encoding.table
        result.withUnsafeMutableElements { target in
            features.withUnsafeBufferPointer { source in
                table.withUnsafeBufferPointer { table in
                    nonisolated(unsafe) let (source, table, target) = (source, table, target)
                    parallel.forEach(items.count, grain: Swift.max(1, 32_768 / width)) { rows in
                        for row in rows {
                            let from = source.baseAddress! + items[row] * width
                            let to = target.baseAddress! + row * width
                            for i in 0..<width { to[i] = table[Int(from[i])] }
                        }
                    }
                }
            }
        }
        return result
    }

    /// Some items as signs, +1 where the byte is at least `threshold`: a packed tensor of shape batch × `shape` (the item shape unless
    /// given; a network that begins with a dense layer wants `[featureCount]`, so that an item is one row of words).
    /// - Precondition: as for `tensor`.
    public func packed(
        _ indices: some Collection<Int>, threshold: UInt8, as shape: Shape? = nil, parallel: Parallel = .serial
    ) -> PackedTensor {
        let items = checked(indices)
        let shape = target(shape)
        let (width, columns, rowsPerItem) = (featureCount, shape.columns, shape.rows)
        var result = PackedTensor(minusOnes: shape.batched(items.count))
        let stride = result.wordsPerRow
        result.withUnsafeMutableWords { target in
            features.withUnsafeBufferPointer { source in
                nonisolated(unsafe) let (source, target) = (source, target)
                parallel.forEach(items.count, grain: Swift.max(1, 32_768 / width)) { rows in
                    for row in rows {
                        for line in 0..<rowsPerItem {
                            Self.pack(
                                source.baseAddress! + items[row] * width + line * columns, columns, threshold,
                                target.baseAddress! + (row * rowsPerItem + line) * stride)
                        }
                    }
                }
            }
        }
        return result
    }

    private static func pack(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ threshold: UInt8, _ words: UnsafeMutablePointer<UInt64>) {
        var start = 0
        while start < count {
            let end = Swift.min(start + 64, count)
            var word: UInt64 = 0
            for i in start..<end { word |= (bytes[i] >= threshold ? 1 : 0) &<< UInt64(truncatingIfNeeded: i &- start) }
            words[start / 64] = word
            start = end
        }
    }

    private func checked(_ indices: some Collection<Int>) -> [Int] {
        let items = Array(indices)
        for item in items { precondition(item >= 0 && item < count, "item \(item) of a data set of \(count)") }
        return items
    }

    private func target(_ shape: Shape?) -> Shape {
        guard let shape else { return itemShape }
        precondition(shape.count == featureCount, "items of shape \(itemShape) cannot be read as \(shape)")
        return shape
    }
}
