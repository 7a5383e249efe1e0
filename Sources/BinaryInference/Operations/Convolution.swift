internal import BitCore

// What both convolutions share. The kernel is a packed matrix [outputs × depth] with depth = taps · channels of a group: a row holds its
// taps row-major, the channels of a tap innermost, without padding between taps. A few channels would fill a few bits of a word a tap
// otherwise, in the file and on the device.

extension OperationRules {
    /// Checks kernel, windows and groups against the image that they read.
    func expect(_ kernel: PackedTensor, _ geometry: ConvolutionGeometry, on input: ValueType, _ node: String) throws(ModelError) {
        try expect(geometry.positions, on: input, channels: geometry.outputs, node)
        guard kernel.shape == [geometry.outputs, geometry.depth] else { throw .kernelShape(node: node, kernel.shape) }
        guard kernel.paddingIsZero else { throw .paddingBits(node: node) }
    }
}

extension ConvolutionGeometry {
    /// z[y][x][o] = Σ_{i,j,c} w[o][i][j][c] · pixel, one product after the other; `outside` is what a tap reads where no pixel is.
    func referenceConvolution(_ kernel: PackedTensor, _ image: [Int], outside: Int) -> [Int] {
        let (perGroup, perGroupOutputs) = (channels / groups, outputs / groups)
        let weights = (0..<outputs).map { o in (0..<depth).map { kernel[o, $0] ? 1 : -1 } }
        var result: [Int] = []
        result.reserveCapacity(output.count)
        for y in 0..<positions.height {
            for x in 0..<positions.width {
                for group in 0..<groups {
                    var values: [Int] = []
                    for i in 0..<window.height {
                        for j in 0..<window.width {
                            if let row = positions.sourceRow(y, tap: i), let column = positions.sourceColumn(x, tap: j) {
                                let first = (row * positions.image[1] + column) * channels + group * perGroup
                                values += image[first..<first + perGroup]
                            } else {
                                values += Array(repeating: outside, count: perGroup)
                            }
                        }
                    }
                    for o in group * perGroupOutputs..<(group + 1) * perGroupOutputs {
                        let row = weights[o]
                        var sum = 0
                        // Bounded by the model's check.
                        for k in 0..<depth { sum &+= row[k] &* values[k] }
                        result.append(sum)
                    }
                }
            }
        }
        return result
    }
}

extension NodeEncoder {
    mutating func add(convolution kernel: PackedTensor, _ geometry: ConvolutionGeometry) {
        set(geometry.positions)
        set("groups", geometry.groups)
        container.add("\(name).kernel", kernel)
    }
}

extension NodeDecoder {
    mutating func convolution() throws(ModelFileError.Fault) -> (kernel: PackedTensor, geometry: ConvolutionGeometry) {
        let positions = try geometry()
        let groups = try integer("groups", in: 1...InferenceModel.valueLimit)
        let array = "\(name).kernel"
        arrays.insert(array)
        guard let entry = container.entry(array) else { throw .container(.missing(name: array)) }
        let geometry: ConvolutionGeometry
        do {
            geometry = try ConvolutionGeometry(positions, outputs: entry.shape.first ?? 0, groups: groups)
        } catch {
            throw .model(.geometry(node: name, error))
        }
        do {
            return (try container.signs(array, shape: [geometry.outputs, geometry.depth]), geometry)
        } catch {
            throw .container(error)
        }
    }
}
