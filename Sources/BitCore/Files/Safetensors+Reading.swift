extension Safetensors {
    /// The longest header read; the largest real ones have some hundred kilobytes.
    public static let headerLimit = 16 << 20

    /// Reads a file. Its arrays are slices of the one buffer that holds it.
    public init(contentsOf path: String) throws(SafetensorsError) {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path)
        } catch {
            throw .file(error)
        }
        do {
            try self.init(parsing: bytes)
        } catch {
            throw .fault(path: path, error)
        }
    }

    /// Checks everything before it keeps anything: memory stays in proportion to the bytes given, whatever they claim.
    public init(parsing bytes: [UInt8]) throws(Fault) {
        guard bytes.count >= 8 else { throw .tooShort(bytes: bytes.count) }
        let claimed = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        let available = Swift.min(bytes.count - 8, Self.headerLimit)
        guard claimed <= UInt64(available) else { throw .headerLength(claimed, available: available) }
        let dataStart = 8 + Int(claimed)
        guard dataStart > 8, bytes[8] == UInt8(ascii: "{") else { throw .notAnObject }

        let header: JSONValue
        do {
            header = try JSONValue.parse(bytes[8..<dataStart])
        } catch {
            throw .header(error)
        }
        guard var fields = header.object else { throw .notAnObject }
        self.init(metadata: try Self.strings(fields.removeValue(forKey: Self.metadataKey)))

        var described: [Description] = []
        for (name, value) in fields { described.append(try Description(name, value, dataCount: bytes.count - dataStart)) }
        // By place; empty arrays that share a place by name, so that the order is one.
        described.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        var end = 0
        for one in described {
            guard one.begin == end else { throw .gap(name: one.name) }
            end = one.end
            add(Entry(name: one.name, type: one.type, shape: one.shape, bytes: bytes[dataStart + one.begin..<dataStart + one.end]))
        }
        guard end == bytes.count - dataStart else { throw .trailing(bytes: bytes.count - dataStart - end) }
    }

    private static func strings(_ value: JSONValue?) throws(Fault) -> [String: String] {
        guard let value else { return [:] }
        guard let members = value.object else { throw .metadata }
        var result: [String: String] = [:]
        for (key, member) in members {
            guard let text = member.string else { throw .metadata }
            result[key] = text
        }
        return result
    }

    /// An array as the header describes it, checked against the size of the data.
    private struct Description {
        let name: String
        let type: ElementType
        let shape: [Int]
        let begin: Int
        let end: Int

        init(_ name: String, _ value: JSONValue, dataCount: Int) throws(Fault) {
            guard let members = value.object, members.count == 3, let type = members["dtype"]?.string,
                let shape = members["shape"]?.integers, let offsets = members["data_offsets"]?.integers, offsets.count == 2
            else { throw .description(name: name) }
            guard let type = ElementType(rawValue: type) else { throw .elementType(name: name, type) }
            var size = type.size
            for extent in shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else { throw .shape(name: name) }
                size = product
            }
            guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount else { throw .offsets(name: name) }
            guard offsets[1] - offsets[0] == size else { throw .size(name: name, expected: size, found: offsets[1] - offsets[0]) }
            self.name = name
            self.type = type
            self.shape = shape
            (begin, end) = (offsets[0], offsets[1])
        }
    }
}
