extension SparseAdjacency {
    /// y = Â·diag(s)·x: y_ic = Σ_j (Â_ij·s_j)·x_jc in Float32, j ascending, one rounding for each product and each sum. The order is fixed, so
    /// the bits of the result depend neither on threads nor on the machine.
    /// - Parameter scales: s; all 1 when nil.
    /// - Precondition: x is [nodes × columns], and there are as many scales as nodes.
    public func product(_ x: Tensor, scales: [Float]? = nil, parallel: Parallel = .serial) -> Tensor {
        check(x, scales)
        let width = x.shape[1]
        var result = Tensor(zeros: x.shape)
        let weights = scales.map { scales in zip(values, columns).map { $0 * scales[Int($1)] } } ?? values
        rowStarts.withUnsafeBufferPointer { starts in
            columns.withUnsafeBufferPointer { columns in
                weights.withUnsafeBufferPointer { weights in
                    x.withUnsafeElements { x in
                        result.withUnsafeMutableElements { y in
                            nonisolated(unsafe) let (starts, columns, weights, x, y) = (starts, columns, weights, x, y)
                            parallel.forEach(nodeCount, grain: Swift.max(1, 2048 / Swift.max(width, 1))) { rows in
                                for row in rows {
                                    let target = UnsafeMutableBufferPointer(rebasing: y[row * width..<(row + 1) * width])
                                    for place in starts[row]..<starts[row + 1] {
                                        let source = Int(columns[place]) * width
                                        addMultiple(weights[place], UnsafeBufferPointer(rebasing: x[source..<source + width]), to: target)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The definition that `product` is compared with.
    package func referenceProduct(_ x: Tensor, scales: [Float]? = nil) -> Tensor {
        check(x, scales)
        let width = x.shape[1]
        var result = Tensor(zeros: x.shape)
        for row in 0..<nodeCount {
            for column in 0..<width {
                var sum: Float = 0
                for place in rowStarts[row]..<rowStarts[row + 1] {
                    let node = Int(columns[place])
                    sum += (values[place] * (scales?[node] ?? 1)) * x[node * width + column]
                }
                result[row * width + column] = sum
            }
        }
        return result
    }

    private func check(_ x: Tensor, _ scales: [Float]?) {
        precondition(x.shape.rank == 2 && x.shape[0] == nodeCount, "values of shape \(x.shape) for a graph of \(nodeCount) nodes")
        precondition(scales == nil || scales?.count == nodeCount, "\(scales?.count ?? 0) scales for a graph of \(nodeCount) nodes")
    }
}

/// A loop of its own, so that it is vectorised: the buffers are seen not to change their places in it.
@inline(__always) private func addMultiple(_ a: Float, _ x: UnsafeBufferPointer<Float>, to y: UnsafeMutableBufferPointer<Float>) {
    for i in 0..<y.count { y[i] += a * x[i] }
}
