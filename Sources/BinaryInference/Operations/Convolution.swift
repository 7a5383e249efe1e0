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
    /// z[y][x][o] = Σ_{i,j,c} w[o][i][j][c] · pixel, one product at a time; `outside` is what a tap reads where no pixel is.
    func referenceConvolution(_ kernel: PackedTensor, _ image: [Int], outside: Int) -> [Int] {
        let (perGroup, channels, perGroupOutputs) = (channels / groups, channels, outputs / groups)
        var result: [Int] = []
        result.reserveCapacity(output.count)
        for y in 0..<positions.height {
            for x in 0..<positions.width {
                for o in 0..<outputs {
                    var sum = 0
                    var column = 0
                    for i in 0..<window.height {
                        let row = positions.sourceRow(y, tap: i)
                        for j in 0..<window.width {
                            let pixel = positions.sourceColumn(x, tap: j)
                            for c in 0..<perGroup {
                                var value = outside
                                if let row, let pixel {
                                    value = image[(row * positions.image[1] + pixel) * channels + o / perGroupOutputs * perGroup + c]
                                }
                                sum += kernel[o, column] ? value : -value
                                column += 1
                            }
                        }
                    }
                    result.append(sum)
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
