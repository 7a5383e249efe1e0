public import BitCore

/// Convolution and its gradients by their definition: nested loops over Double, pixel by pixel and tap by tap.
public struct ConvolutionOracle {
    public let geometry: ConvolutionGeometry
    /// What stands outside the image; nil for the padding's own value.
    public var outside: Double?

    public init(_ geometry: ConvolutionGeometry, outside: Double? = nil) {
        self.geometry = geometry
        self.outside = outside
    }

    private enum Source {
        case pixel(Int, Int)
        case constant(Double)
    }

    /// What a window in row y and column x reads with tap (i, j).
    private func source(_ y: Int, _ x: Int, _ i: Int, _ j: Int) -> Source {
        let (positions, window) = (geometry.positions, geometry.window)
        let (height, width) = (geometry.image[0], geometry.image[1])
        let row = y * window.stride + i * window.dilation - positions.margins.top
        let column = x * window.stride + j * window.dilation - positions.margins.left
        if row >= 0, row < height, column >= 0, column < width { return .pixel(row, column) }
        switch geometry.padding {
        case .valid: preconditionFailure("a valid window outside of its image")
        case .plusOne: return .constant(outside ?? 1)
        case .zero: return .constant(outside ?? 0)
        case .replicate: return .pixel(min(max(row, 0), height - 1), min(max(column, 0), width - 1))
        }
    }

    /// Calls `body(output index, kernel index, image index or constant)` for every product of a batch.
    private func forEachProduct(_ batch: Int, _ body: (Int, Int, Int?, Double) -> Void) {
        let (positions, window, channels) = (geometry.positions, geometry.window, geometry.channels)
        let (perGroup, outputsPerGroup) = (channels / geometry.groups, geometry.outputs / geometry.groups)
        for n in 0..<batch {
            for y in 0..<positions.height {
                for x in 0..<positions.width {
                    for i in 0..<window.height {
                        for j in 0..<window.width {
                            let source = source(y, x, i, j)
                            for o in 0..<geometry.outputs {
                                let z = ((n * positions.height + y) * positions.width + x) * geometry.outputs + o
                                for c in 0..<perGroup {
                                    let w = ((o * window.height + i) * window.width + j) * perGroup + c
                                    switch source {
                                    case .constant(let value): body(z, w, nil, value)
                                    case .pixel(let row, let column):
                                        let pixel = (n * geometry.image[0] + row) * geometry.image[1] + column
                                        body(z, w, pixel * channels + o / outputsPerGroup * perGroup + c, 0)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    public func forward(batch: Int, image: [Double], kernel: [Double]) -> [Double] {
        var z = [Double](repeating: 0, count: batch * geometry.output.count)
        forEachProduct(batch) { at, w, pixel, constant in z[at] += kernel[w] * (pixel.map { image[$0] } ?? constant) }
        return z
    }

    public func imageGradient(batch: Int, outputGradient dz: [Double], kernel: [Double]) -> [Double] {
        var dx = [Double](repeating: 0, count: batch * geometry.image.count)
        forEachProduct(batch) { at, w, pixel, _ in
            if let pixel { dx[pixel] += kernel[w] * dz[at] }
        }
        return dx
    }

    public func kernelGradient(batch: Int, outputGradient dz: [Double], image: [Double]) -> [Double] {
        var dw = [Double](repeating: 0, count: geometry.kernel.count)
        forEachProduct(batch) { at, w, pixel, constant in dw[w] += dz[at] * (pixel.map { image[$0] } ?? constant) }
        return dw
    }
}

/// Geometries that between them reach every branch, and random ones.
public enum ConvolutionShapes {
    /// Paddings, strides, dilations, groups, depthwise, odd windows and channels around the sizes of words and registers.
    public static func chosen() throws -> [ConvolutionGeometry] {
        var result: [ConvolutionGeometry] = []
        for padding in Padding.allCases {
            result.append(try ConvolutionGeometry([5, 6, 3], Window(3), padding, outputs: 4))
            result.append(try ConvolutionGeometry([4, 3, 64], Window(3), padding, outputs: 9))
            result.append(try ConvolutionGeometry([6, 5, 70], Window(3, 2, stride: 2), padding, outputs: 17))
            result.append(try ConvolutionGeometry([7, 7, 8], Window(3, dilation: 2), padding, outputs: 6, groups: 2))
            result.append(try ConvolutionGeometry([5, 5, 10], Window(3), padding, outputs: 10, groups: 10))
        }
        result.append(try ConvolutionGeometry([3, 3, 200], Window(1), outputs: 130))
        result.append(try ConvolutionGeometry([2, 2, 130], Window(3), .zero, outputs: 65, groups: 5))
        result.append(try ConvolutionGeometry([1, 9, 16], Window(1, 5, stride: 3), .plusOne, outputs: 48))
        result.append(try ConvolutionGeometry([4, 4, 128], Window(3), .zero, outputs: 64))
        result.append(try ConvolutionGeometry([8, 8, 64], Window(3, stride: 2), .plusOne, outputs: 128))
        // Margins beyond half a window, and windows that see nothing but padding.
        result.append(try ConvolutionGeometry([3, 2, 5], Window(2), .zero, margins: Margins(top: 3, left: 0, bottom: 1, right: 4), outputs: 3))
        result.append(try ConvolutionGeometry([2, 3, 5], Window(3), .replicate, margins: Margins(4), outputs: 3))
        return result
    }

    public static func random(_ count: Int, seed: UInt64) -> [ConvolutionGeometry] {
        var generator = SeededGenerator(seed: seed)
        var result: [ConvolutionGeometry] = []
        func pick(_ values: [Int]) -> Int { values[generator.index(below: values.count)] }
        while result.count < count {
            let groups = pick([1, 1, 1, 2, 3])
            let channels = groups * pick([1, 3, 16, 31, 48, 64, 65])
            let window = Window(pick([1, 2, 3, 5]), pick([1, 2, 3, 4]), stride: pick([1, 1, 2, 3]), dilation: pick([1, 1, 2]))
            let padding = Padding.allCases[generator.index(below: Padding.allCases.count)]
            let margins = pick([0, 1]) == 0 ? nil : Margins(top: pick([0, 1, 2]), left: pick([0, 1]), bottom: pick([0, 3]), right: pick([0, 2]))
            let geometry = try? ConvolutionGeometry(
                [pick([1, 2, 5, 8]), pick([1, 3, 4, 9]), channels], window, padding, margins: margins, outputs: groups * pick([1, 2, 7, 16, 33]),
                groups: groups)
            if let geometry { result.append(geometry) }
        }
        return result
    }
}
