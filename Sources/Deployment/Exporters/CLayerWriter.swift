internal import BinaryInference
internal import BitCore

/// The tables of one layer, and its call in the generated code.
struct CLayerWriter {
    let exporter: CExporter
    let layer: CPlan.Layer
    private(set) var tables = CText()
    /// Lines of C, in which `@` stands for the prefix.
    private(set) var calls: [String] = []
    private(set) var flash: [(name: String, bytes: Int)] = []
    private(set) var routines: [CRoutine] = []

    init(exporter: CExporter, layer: CPlan.Layer) {
        self.exporter = exporter
        self.layer = layer
    }

    var plan: CPlan { exporter.plan }
    var model: InferenceModel { exporter.model }
    var output: String { pointer(to: layer.node + 1) }
    var type: ValueType { model.types[layer.node + 1] }
    func inputType(_ index: Int = 0) -> ValueType { model.types[layer.inputs[index]] }

    mutating func write() {
        switch layer.work {
        case .binarise(let threshold):
            call(.binarise, "@_binarise(input, \(model.inputCount)u, \(threshold)u, \(output));")
        case .threshold(let values):
            let (table, bits) = thresholds(values)
            let row = self.row(input: values.count)
            call(.signs(bits: bits), eachRow("@_signs_\(bits)(\(signed(layer.input))\(row.input), \(table), \(values.count)u, \(output)\(row.output));"))
        case .slices(let values):
            let (table, bits) = thresholds(values)
            let columns = inputType().shape.columns
            let row = self.row(input: columns)
            let extents = "\(columns)u, \(values.count / columns)u"
            call(.slices(bits: bits), eachRow("@_slices_\(bits)(\(signed(layer.input))\(row.input), \(table), \(extents), \(output)\(row.output));"))
        case .scores(let scale, let bias):
            call(.scale, "@_scale(\(signed(layer.input)), \(scales(scale, bias)), \(model.classes)u, scores);")
        case .dense(let kernel, let onBytes, let finish): writeDense(kernel, onBytes: onBytes, finish)
        case .convolution(let kernel, let geometry, let outside, let finish): writeConvolution(kernel, geometry, outside, finish)
        case .maxPool(let geometry) where type.kind == .reals:
            call(.realMaxPool, "@_real_max_pool(\(real(layer.input)), \(realWindow(geometry)), \(real(layer.node + 1)));")
        case .maxPool(let geometry):
            call(.maxPool, "@_max_pool(\(signed(layer.input)), \(window(geometry)), \(geometry.image[2])u, \(signed(layer.node + 1)));")
        case .sumPool(let geometry):
            let (channels, sums) = (geometry.image[2], signed(layer.node + 1))
            if inputType().kind == .bits {
                call(.sumPoolBits, "@_sum_pool_bits(\(pointer(to: layer.input)), \(window(geometry)), \(channels)u, \(sums));")
            } else {
                call(.sumPool, "@_sum_pool(\(signed(layer.input)), \(window(geometry)), \(channels)u, \(sums));")
            }
        case .bitPool(let geometry, let any):
            let table = words("any", any.rowMajor32)
            let words = (geometry.image[2] + 31) / 32
            call(.bitPool, "@_bit_pool(\(pointer(to: layer.input)), \(window(geometry)), \(words)u, \(table), \(output));")
        case .flip(let flips):
            let table = words("flips", flips.rowMajor32)
            let words = (type.shape.columns + 31) / 32
            call(.flip, "@_flip(\(pointer(to: layer.input)), \(table), \(type.shape.rows)u, \(words)u, \(output));")
        case .repack:
            let shape = inputType().shape
            call(
                .repack, "@_repack(\(pointer(to: layer.input)), \(shape.rows)u, \(shape.columns)u, \(output), \(type.shape.columns)u);")
        case .concatenate:
            var place = 0
            for index in layer.inputs.indices {
                let columns = inputType(index).shape.columns
                writePlace(from: index, first: 0, count: columns, at: place, isFirst: index == 0)
                place += columns
            }
        case .slice(let first): writePlace(from: 0, first: first, count: type.shape.columns, at: 0, isFirst: true)
        case .add where type.kind == .reals:
            for (index, value) in layer.inputs.enumerated().dropFirst() {
                let left = real(index == 1 ? layer.inputs[0] : layer.node + 1)
                call(.addReals, "@_add_reals(\(left), \(real(value)), \(type.shape.count)u, \(real(layer.node + 1)));")
            }
        case .add:
            for (index, value) in layer.inputs.enumerated().dropFirst() {
                let left = signed(index == 1 ? layer.inputs[0] : layer.node + 1)
                call(.add, "@_add(\(left), \(signed(value)), \(type.shape.count)u, \(signed(layer.node + 1)));")
            }
        case .xnor, .or, .interleave, .split, .sliceSum: writeSlices()
        case .affine, .realConvolution, .realDense, .meanPool, .relu, .rectify, .realThreshold, .realScores: writeReals()
        }
    }

    private mutating func writeDense(_ kernel: PackedTensor, onBytes: Bool, _ finish: CPlan.Layer.Finish) {
        let (outputs, depth) = (kernel.shape[0], kernel.shape[1])
        let weights = words("kernel", onBytes ? kernel.wordMajor32 : kernel.rowMajor32)
        let rowWords = (depth + 31) / 32
        if case .signs(let values) = finish {
            let (table, bits) = thresholds(values)
            if onBytes {
                call(
                    .byteSignLayer(bits: bits),
                    "@_byte_sign_layer_\(bits)(input, \(weights), \(table), \(outputs)u, \(depth)u, work + \(layer.tile),\n        \(output));")
            } else {
                call(
                    .signLayer(bits: bits),
                    "@_sign_layer_\(bits)(\(pointer(to: layer.input)), \(weights), \(table), \(outputs)u, \(rowWords)u, \(depth),\n        \(output));")
            }
            return
        }
        var sums = signed(layer.node + 1)
        if case .scores = finish { sums = "scores" }
        if onBytes {
            call(
                .byteSums, "@_byte_sums(input, \(weights), \(outputs)u, \(outputs)u, \(depth)u, \(sums), work + \(layer.tile));")
        } else {
            call(.sumLayer, "@_sum_layer(\(pointer(to: layer.input)), \(weights), \(outputs)u, \(rowWords)u, \(depth), \(sums));")
        }
        if case .scores(let scale, let bias) = finish {
            call(.scale, "@_scale(scores, \(scales(scale, bias)), \(outputs)u, scores);")
        }
    }

    private mutating func writeConvolution(
        _ kernel: PackedTensor, _ geometry: ConvolutionGeometry, _ outside: Int?, _ finish: CPlan.Layer.Finish
    ) {
        let weights = words("kernel", outside == nil ? kernel.taps32(geometry) : kernel.groups32(geometry))
        let name = outside == nil ? "convolve" : "byte_convolve"
        let beyond = outside ?? (geometry.padding == .plusOne ? 1 : 0)
        let shared = "\(geometry.channels)u, \(geometry.groups)u, \(geometry.outputs)u, \(beyond),\n        work + \(layer.tile)"
        let image = outside == nil ? pointer(to: layer.input) : "input"
        let window = window(geometry.positions)
        switch finish {
        case .signs(let values):
            let (table, bits) = thresholds(values)
            call(
                outside == nil ? .convolveSigns(bits: bits) : .byteConvolveSigns(bits: bits),
                "@_\(name)_signs_\(bits)(\(image), \(weights), \(table), \(window), \(shared), \(output));")
        case .slices(let values):
            let (table, bits) = thresholds(values)
            call(
                outside == nil ? .convolveSlices(bits: bits) : .byteConvolveSlices(bits: bits),
                "@_\(name)_slices_\(bits)(\(image), \(weights), \(table), \(window), \(shared), \(values.count / geometry.outputs)u, \(output));")
        case .sums, .scores:
            call(
                outside == nil ? .convolveSums : .byteConvolveSums,
                "@_\(name)_sums(\(image), \(weights), \(window), \(shared), \(signed(layer.node + 1)));")
        }
    }

    /// Columns of an input to a place in the result.
    mutating func writePlace(from index: Int, first: Int, count: Int, at place: Int, isFirst: Bool) {
        let (columns, rows, all) = (inputType(index).shape.columns, type.shape.rows, type.shape.columns)
        if type.kind == .bits {
            if isFirst { call(.clear, "@_clear(\(output), \(rows * ((all + 31) / 32))u);") }
            call(
                .placeBits,
                "@_place_bits(\(pointer(to: layer.inputs[index])), \(columns)u, \(first)u, \(count)u, \(rows)u, \(output), \(all)u, \(place)u);")
        } else {
            let isReal = type.kind == .reals
            let (source, target) = isReal ? (real(layer.inputs[index]), real(layer.node + 1)) : (signed(layer.inputs[index]), signed(layer.node + 1))
            call(
                isReal ? .placeReals : .placeSums,
                "@_place_\(isReal ? "reals" : "sums")(\(source), \(columns)u, \(first)u, \(count)u, \(rows)u, \(target), \(all)u, \(place)u);")
        }
    }

    // MARK: Parts

    mutating func call(_ routine: CRoutine, _ line: String) {
        routines.append(routine)
        var text = CText()
        text.add(line, prefix: exporter.prefix)
        calls.append(String(decoding: text.bytes, as: UTF8.self))
    }

    /// True where the call is made for each row.
    var countsRows: Bool {
        switch layer.work {
        case .threshold, .slices: type.shape.rows > 1
        default: false
        }
    }

    /// Where a row begins among the sums and among the bits.
    private func row(input columns: Int) -> (input: String, output: String) {
        countsRows ? (" + row * \(columns)u", " + row * \((type.shape.columns + 31) / 32)u") : ("", "")
    }

    private func eachRow(_ line: String) -> String {
        countsRows ? "for (row = 0u; row < \(type.shape.rows)u; row++) {\n        \(line)\n    }" : line
    }

    mutating func words(_ name: String, _ words: [UInt32]) -> String {
        let name = "\(exporter.prefix)_\(name)_\(layer.node)"
        tables.addTable(name, words: words)
        flash.append((name, 4 * words.count))
        return name
    }

    mutating func integers(_ name: String, _ values: [Int], bits: Int = 32) -> String {
        let name = "\(exporter.prefix)_\(name)_\(layer.node)"
        tables.addTable(name, type: "int\(bits)_t", numbers: values)
        flash.append((name, bits / 8 * values.count))
        return name
    }

    mutating func thresholds(_ values: [Int32]) -> (table: String, bits: Int) {
        let (values, bits) = CExporter.narrowed(values, layer.sumRange)
        return (integers("thresholds", values, bits: bits), bits)
    }

    mutating func floats(_ name: String, _ values: [Float]) -> String {
        let name = "\(exporter.prefix)_\(name)_\(layer.node)"
        tables.addTable(name, floats: values)
        flash.append((name, 4 * values.count))
        return name
    }

    private mutating func scales(_ scale: [Int32], _ bias: [Int32]) -> String {
        integers("scale", scale.map(Int.init)) + ", " + integers("bias", bias.map(Int.init))
    }

    mutating func window(_ geometry: WindowGeometry) -> String {
        let (window, margins) = (geometry.window, geometry.margins)
        let numbers = [
            geometry.image[0], geometry.image[1], window.height, window.width, window.stride, window.dilation, margins.top, margins.left,
            geometry.height, geometry.width, geometry.padding == .replicate ? 1 : 0,
        ]
        let name = "\(exporter.prefix)_window_\(layer.node)"
        tables.add(raw: "static const \(exporter.prefix)_window \(name) = {\(numbers.map(String.init).joined(separator: ", "))};\n")
        flash.append((name, 4 * numbers.count))
        return "&" + name
    }

    /// A C expression for the words of a value.
    func pointer(to value: Int) -> String { plan.storage[value] == 0 ? "input" : "work + \(plan.offset(value))" }

    /// A C expression for the sums of a value.
    func signed(_ value: Int) -> String { "(int32_t *)(work + \(plan.offset(value)))" }

    /// A C expression for the floats of a value.
    func real(_ value: Int) -> String { "reals + \(plan.offset(value))" }
}

extension PackedTensor {
    /// Rows of a convolution's kernel with each tap on a word of 32 bits.
    fileprivate func taps32(_ geometry: ConvolutionGeometry) -> [UInt32] {
        repacked(to: [geometry.outputs * geometry.window.taps, geometry.channels / geometry.groups]).rowMajor32
    }

    /// Rows of a convolution's kernel, group after group, word-major in each.
    fileprivate func groups32(_ geometry: ConvolutionGeometry) -> [UInt32] {
        let outputs = geometry.outputs / geometry.groups
        return (0..<geometry.groups).flatMap { group in
            var part = PackedTensor(minusOnes: [outputs, shape.columns])
            let count = outputs * wordsPerRow
            withUnsafeWords { source in
                part.withUnsafeMutableWords { _ = $0.update(fromContentsOf: source[group * count..<(group + 1) * count]) }
            }
            return part.wordMajor32
        }
    }
}
