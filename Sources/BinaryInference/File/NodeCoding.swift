package import BitCore

/// Collects what one node puts into the file: attributes in the graph, and arrays named `NODE.PART`.
package struct NodeEncoder {
    let name: String
    var attributes: [String: JSONValue] = [:]
    var container: Safetensors

    package mutating func set(_ attribute: String, _ value: Int) { attributes[attribute] = .integer(value) }

    package mutating func add(_ part: String, _ values: [Int32]) { container.add("\(name).\(part)", values) }

    /// A kernel [rows × columns] as U64 words; the number of columns, which the words do not tell, becomes an attribute.
    package mutating func add(kernel: PackedTensor) {
        set("columns", kernel.shape.columns)
        container.add("\(name).kernel", kernel)
    }
}

/// Hands out the attributes and arrays of one node, and remembers which were asked for.
package struct NodeDecoder {
    let name: String
    /// Attributes that nothing has asked for yet.
    var attributes: [String: JSONValue]
    let container: Safetensors
    var arrays: Set<String> = []

    package mutating func integer(_ attribute: String, in range: ClosedRange<Int>) throws(ModelFileError.Fault) -> Int {
        guard let value = attributes.removeValue(forKey: attribute)?.integer, range.contains(value) else {
            throw .field("\(attribute) of node \"\(name)\"")
        }
        return value
    }

    package mutating func int32s(_ part: String) throws(ModelFileError.Fault) -> [Int32] {
        let array = "\(name).\(part)"
        arrays.insert(array)
        do throws(Safetensors.Fault) {
            let values = try container.int32s(array)
            guard container.entry(array)?.shape == [values.count] else {
                throw Safetensors.Fault.wrongShape(name: array, expected: [values.count], found: container.entry(array)?.shape ?? [])
            }
            return values
        } catch {
            throw .container(error)
        }
    }

    /// Packed signs of a known shape.
    package mutating func signs(_ part: String, shape: Shape) throws(ModelFileError.Fault) -> PackedTensor {
        arrays.insert("\(name).\(part)")
        do {
            return try container.signs("\(name).\(part)", shape: shape)
        } catch {
            throw .container(error)
        }
    }

    /// A kernel [rows × columns]; the array's extents must agree with the attribute.
    package mutating func kernel() throws(ModelFileError.Fault) -> PackedTensor {
        let array = "\(name).kernel"
        arrays.insert(array)
        let columns = try integer("columns", in: 1...InferenceModel.inputLimit)
        do throws(Safetensors.Fault) {
            guard let entry = container.entry(array) else { throw Safetensors.Fault.missing(name: array) }
            return try container.signs(array, shape: [entry.shape.first ?? 0, columns])
        } catch {
            throw .container(error)
        }
    }
}
