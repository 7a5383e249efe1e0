extension Safetensors {
    /// The whole file.
    public func encoded() -> [UInt8] {
        let ordered = fileOrder
        var out = encodedHeader(ordered)
        out.reserveCapacity(out.count + ordered.reduce(0) { $0 + $1.bytes.count })
        for entry in ordered { out += entry.bytes }
        return out
    }

    /// Writes the whole file in one step: it is there complete, or the old one stays.
    public func write(to path: String) throws(FileError) {
        try AtomicFile.write(encoded(), to: path)
    }

    /// Bytes of the file, without making it.
    public var encodedCount: Int { encodedHeader(fileOrder).count + entries.reduce(0) { $0 + $1.bytes.count } }

    /// Wide elements first, otherwise as added: then every array starts at a multiple of its element size.
    private var fileOrder: [Entry] {
        entries.enumerated().sorted { ($1.element.type.size, $0.offset) < ($0.element.type.size, $1.offset) }.map(\.element)
    }

    /// The length and the JSON, padded with spaces to a multiple of 8.
    private func encodedHeader(_ ordered: [Entry]) -> [UInt8] {
        var json: [UInt8] = [UInt8(ascii: "{")]
        if !metadata.isEmpty {
            JSONValue.append(Self.metadataKey, to: &json)
            json.append(UInt8(ascii: ":"))
            JSONValue.object(metadata.mapValues { .string($0) }).append(to: &json)
        }
        var begin = 0
        for entry in ordered {
            if json.count > 1 { json.append(UInt8(ascii: ",")) }
            JSONValue.append(entry.name, to: &json)
            json.append(UInt8(ascii: ":"))
            let end = begin + entry.bytes.count
            JSONValue.object([
                "dtype": .string(entry.type.rawValue), "shape": .array(entry.shape.map { .integer($0) }),
                "data_offsets": .array([.integer(begin), .integer(end)]),
            ]).append(to: &json)
            begin = end
        }
        json.append(UInt8(ascii: "}"))
        while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }
}
