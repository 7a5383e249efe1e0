internal import BitCore

// What the operations on reals share: their tables are Float32 and finite.

extension OperationRules {
    /// Checks a table of one number a column.
    func expect(_ table: [Float], _ name: String, columns: Int, _ node: String) throws(ModelError) {
        guard table.count == columns, columns > 0 else { throw .tableCount(node: node, table: name, expected: columns, found: table.count) }
        try expect(finite: table, name, node)
    }

    func expect(finite table: [Float], _ name: String, _ node: String) throws(ModelError) {
        guard table.allSatisfy(\.isFinite) else { throw .notFinite(node: node, table: name) }
    }
}

extension NodeEncoder {
    mutating func add(_ part: String, _ values: [Float]) { container.add("\(name).\(part)", Tensor(values, shape: [values.count])) }

    mutating func add(_ part: String, _ tensor: Tensor) { container.add("\(name).\(part)", tensor) }
}

extension NodeDecoder {
    /// A vector of finite numbers.
    mutating func floats(_ part: String) throws(ModelFileError.Fault) -> [Float] {
        let tensor = try tensor(part)
        guard tensor.shape.rank == 1 else {
            throw .container(.wrongShape(name: "\(name).\(part)", expected: [tensor.count], found: tensor.shape.dimensions))
        }
        return tensor.elements
    }

    /// A matrix of finite numbers, neither extent 0.
    mutating func matrix(_ part: String) throws(ModelFileError.Fault) -> Tensor {
        let tensor = try tensor(part)
        guard tensor.shape.rank == 2, tensor.count > 0 else { throw .model(.kernelShape(node: name, tensor.shape)) }
        return tensor
    }

    private mutating func tensor(_ part: String) throws(ModelFileError.Fault) -> Tensor {
        arrays.insert("\(name).\(part)")
        do {
            return try container.tensor("\(name).\(part)")
        } catch {
            throw .container(error)
        }
    }
}
