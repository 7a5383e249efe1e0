internal import BitCore

// The binary file of a dimod BinaryQuadraticModel, little-endian (documented at `BinaryQuadraticModel.to_file`):
//
//     "DIMODBQM", major, minor (bytes), header length (uint32), header in JSON, padded with spaces
//     offset (dtype)
//     n × { start of the row (ntype), linear coefficient (dtype) }
//     2m × { neighbour (itype), coefficient (dtype) }        rows in ascending order, each coupling in two rows
//     "VARS", length (uint32), labels in JSON, padded        version 2, when `variables` is true
//
// The header is an object of `shape` [n, m], the names of the types, `vartype`, `type` and `variables`: in version 1 the labels, in version 2
// whether there are any.

extension Problem {
    static let bqmMagic = Array("DIMODBQM".utf8)

    init(bqm bytes: [UInt8], name: String, sense: Sense) throws(ProblemFileError) {
        var reader = ByteReader(bytes, name: name)
        let header = try BQMHeader(&reader)
        let sign: Double = sense == .min ? 1 : -1
        let start = reader.position
        let (rows, terms) = try Self.readBQM(&reader, header, sign: sign)
        // Only the upper half of the couplings has been taken; the lower one must say the same.
        let adjacency = terms.adjacency
        guard adjacency.starts == rows.starts, zip(adjacency.neighbours, rows.neighbours).allSatisfy({ Int($0) == $1 }),
            zip(adjacency.weights, rows.weights).allSatisfy({ $0 == sign * $1 })
        else {
            let reason = "the couplings from here on do not stand in two rows each, in ascending order and alike; write the file anew"
            throw ProblemFileError(name, .badBytes(offset: start, reason: reason))
        }
        var labels = header.labels
        if header.hasLabelSection { labels = try Self.readLabels(&reader, count: header.variables) }
        if let names = labels, names == names.indices.map({ .integer($0) }) { labels = nil }
        self.init(
            header.vartype == .spin ? .ising(IsingModel(terms: terms)) : .qubo(QUBO(terms: terms)), scale: sign, labels: labels)
    }

    private struct Rows {
        var starts: [Int] = []
        var neighbours: [Int] = []
        var weights: [Double] = []
    }

    private static func readBQM(_ reader: inout ByteReader, _ header: BQMHeader, sign: Double) throws(ProblemFileError) -> (Rows, QuadraticTerms) {
        let ends = 2 * header.interactions
        let (width, type) = (header.coefficient.width, header.coefficient)
        let offset = try reader.numbers(type, count: 1, stride: width, "the offset")
        reader.skip(width)
        var rows = Rows()
        rows.starts = try reader.indices(
            header.rowStart, count: header.variables, stride: header.rowStart.width + width, "the start of a row", below: ends + 1)
        rows.starts.append(ends)
        guard rows.starts.first == 0, zip(rows.starts, rows.starts.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw reader.fault("the rows behind do not start in order; write the file anew")
        }
        let linear = try reader.numbers(
            type, count: header.variables, from: header.rowStart.width, stride: header.rowStart.width + width, "a linear coefficient")
        reader.skip(header.variables * (header.rowStart.width + width))
        let stride = header.neighbour.width + width
        rows.neighbours = try reader.indices(header.neighbour, count: ends, stride: stride, "a neighbour", below: header.variables)
        rows.weights = try reader.numbers(type, count: ends, from: header.neighbour.width, stride: stride, "a coupling")
        reader.skip(ends * stride)
        let (collected, constant) = (rows, offset[0])
        let terms = try naming(reader.name) { () throws(ProblemError) in
            var builder = try ModelBuilder(variables: header.variables, vartype: header.vartype)
            try builder.add(offset: sign * constant)
            for variable in 0..<header.variables {
                try builder.add(linear: variable, sign * linear[variable])
                // The upper half comes in the order in which models keep it.
                for place in collected.starts[variable]..<collected.starts[variable + 1] where collected.neighbours[place] >= variable {
                    try builder.add(coupling: variable, Int(collected.neighbours[place]), sign * collected.weights[place])
                }
            }
            return try builder.terms()
        }
        return (rows, terms)
    }

    private static func readLabels(_ reader: inout ByteReader, count: Int) throws(ProblemFileError) -> [VariableLabel] {
        guard try reader.slice(4, "the labels") == Array("VARS".utf8) else {
            throw reader.fault("the labels that the header announces do not stand before; write the file anew")
        }
        let length = Int(try reader.integer(UInt32.self, "the length of the labels"))
        let text = try reader.slice(length, "the labels")
        let value: JSONValue
        do { value = try JSONValue.parse(text) } catch { throw ProblemFileError(reader.name, .badJSON(reason: "its labels: \(error)")) }
        guard let labels = VariableLabel.labels(json: value, count: count) else {
            throw reader.fault("the labels before are not \(count) different numbers, texts and tuples; write the file anew")
        }
        return labels
    }

    func bqmBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: vartype, sense: .min) }
        let names = labels.map { JSONValue.array($0.map(\.json)) }
        if let values = names?.valueCount, values > ProblemDocument.valueLimit {
            throw ProblemFileError(name, .tooLargeForJSON(values: values, limit: ProblemDocument.valueLimit))
        }
        let adjacency = terms.adjacency
        let ends = adjacency.neighbours.count
        let rowStart: NumberType = ends <= Int(Int32.max) ? .int32 : .int64
        var bytes = Self.bqmMagic + [2, 0]
        let header = """
            {"dtype": "float64", "itype": "int32", "ntype": "\(rowStart.rawValue)", "shape": [\(terms.variables), \(terms.interactions)], \
            "type": "BinaryQuadraticModel", "variables": \(names != nil), "vartype": "\(vartype == .spin ? "SPIN" : "BINARY")"}

            """
        Self.append(section: Array(header.utf8), to: &bytes)
        bytes.reserveCapacity(bytes.count + 8 + terms.variables * (8 + rowStart.width) + 12 * ends)
        Self.append(terms.offset.bitPattern, to: &bytes)
        for variable in 0..<terms.variables {
            let start = adjacency.starts[variable]
            if rowStart == .int32 { Self.append(UInt32(start), to: &bytes) } else { Self.append(UInt64(start), to: &bytes) }
            Self.append(terms.linear[variable].bitPattern, to: &bytes)
        }
        for end in 0..<ends {
            Self.append(UInt32(adjacency.neighbours[end]), to: &bytes)
            Self.append(adjacency.weights[end].bitPattern, to: &bytes)
        }
        if let names {
            var section = Array("VARS".utf8)
            Self.append(section: Self.asciiText(names), to: &section)
            bytes += section
        }
        return bytes
    }

    /// The length of a text and the text, padded with spaces until all the bytes are a multiple of 64.
    private static func append(section text: [UInt8], to bytes: inout [UInt8]) {
        let length = bytes.count + 4 + text.count
        let padding = (64 - length % 64) % 64
        append(UInt32(text.count + padding), to: &bytes)
        bytes += text + [UInt8](repeating: UInt8(ascii: " "), count: padding)
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// JSON as Python writes it by default: a space behind each comma, and ASCII only, which is how dimod reads it.
    private static func asciiText(_ value: JSONValue) -> [UInt8] {
        if let array = value.array {
            return Array("[".utf8) + array.map { asciiText($0) }.joined(separator: ", ".utf8) + Array("]".utf8)
        }
        var out: [UInt8] = []
        for unit in value.text.utf16 {
            if unit < 0x80 {
                out.append(UInt8(unit))
            } else {
                let digits = String(unit, radix: 16)
                out += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
        return out
    }
}

/// What the header of a binary file says, checked against the file's length.
private struct BQMHeader {
    var variables = 0
    var interactions = 0
    var vartype = Vartype.spin
    var coefficient = NumberType.float64
    var neighbour = NumberType.int32
    var rowStart = NumberType.int32
    var labels: [VariableLabel]?
    var hasLabelSection = false

    init(_ reader: inout ByteReader) throws(ProblemFileError) {
        guard try reader.slice(8, "the magic") == Problem.bqmMagic else {
            throw ProblemFileError(reader.name, .noHeader(expected: "the eight letters DIMODBQM"))
        }
        let major = try reader.integer(UInt8.self, "the version")
        _ = try reader.integer(UInt8.self, "the version")
        guard major == 1 || major == 2 else { throw reader.fault("the version is \(major), and 1 and 2 are read; write the file with one of these") }
        let length = Int(try reader.integer(UInt32.self, "the length of the header"))
        let text = try reader.slice(length, "the header")
        let value: JSONValue
        do { value = try JSONValue.parse(text) } catch { throw ProblemFileError(reader.name, .badJSON(reason: "its header: \(error)")) }
        func bad(_ reason: String) -> ProblemFileError { ProblemFileError(reader.name, .badJSON(reason: "its header: \(reason)")) }
        guard let object = value.object else { throw bad("it is not an object") }
        guard let shape = object["shape"]?.integers, shape.count == 2, shape.allSatisfy({ $0 >= 0 }) else { throw bad("shape is not two counts") }
        (variables, interactions) = (shape[0], shape[1])
        switch object["vartype"]?.string {
        case "SPIN": vartype = .spin
        case "BINARY": vartype = .binary
        default: throw bad("vartype is neither SPIN nor BINARY")
        }
        func type(_ key: String) throws(ProblemFileError) -> NumberType {
            guard let type = object[key]?.string.flatMap(NumberType.init) else { throw bad("\(key) is not a known type of numbers") }
            return type
        }
        (coefficient, neighbour, rowStart) = (try type("dtype"), try type("itype"), try type("ntype"))
        guard neighbour.isWhole, rowStart.isWhole else { throw bad("itype and ntype are not types of whole numbers") }
        switch (object["variables"], major) {
        case (.bool(let isPresent)?, 2): hasLabelSection = isPresent
        case (let names?, 1):
            labels = VariableLabel.labels(json: names, count: variables)
            guard labels != nil else { throw bad("variables is not \(variables) different labels") }
        default: throw bad("variables is not \(major == 1 ? "an array of labels" : "true or false")")
        }
        let (linear, linearOverflow) = variables.multipliedReportingOverflow(by: rowStart.width + coefficient.width)
        let (quadratic, quadraticOverflow) = interactions.multipliedReportingOverflow(by: 2 * (neighbour.width + coefficient.width))
        let (sum, sumOverflow) = linear.addingReportingOverflow(quadratic)
        guard !linearOverflow, !quadraticOverflow, !sumOverflow, sum <= reader.remaining - coefficient.width else {
            throw reader.fault(
                "\(reader.remaining) bytes follow, too few for \(variables) variables and \(interactions) interactions; correct the header or complete the file"
            )
        }
    }
}
