import BinaryInference
import BitCore
import Testing
import _TestSupport

/// Files that are cut, flipped or made to lie: every one is an error, none a crash, a hang or a large allocation.
@Suite struct DamagedFileTests {
    static func small() throws -> [UInt8] { try RandomModel.make([9, 65, 3], seed: 5, shape: [3, 3]).encoded() }

    static func fuzz(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { fuzzModelFile($0) } }

    @Test func everyCutIsAnError() throws {
        let bytes = try Self.small()
        for count in bytes.indices {
            #expect(throws: ModelFileError.self) { try InferenceModel(parsing: Array(bytes[..<count])) }
        }
        #expect(throws: ModelFileError.self) { try InferenceModel(parsing: bytes + [0]) }
    }

    /// A flipped byte is found, or changed nothing that matters (white space, or the name of the checksum).
    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func flippedBytesAreFound(_ seed: UInt64) throws {
        let bytes = try Self.small()
        let model = try InferenceModel(parsing: bytes)
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= UInt8(1 + generator.index(below: 255))
            if let read = try? InferenceModel(parsing: damaged) {
                accepted += 1
                let same = read == model
                #expect(same, "byte \(position)")
            }
        }
        #expect(accepted < 40)
    }

    /// Many flips, without a checksum to find them: whatever still reads must also run and write.
    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func survivorsRun(_ seed: UInt64) throws {
        var container = try Safetensors(parsing: try Self.small())
        container.metadata["spinflip.checksum"] = nil
        let bytes = container.encoded()
        var generator = SeededGenerator(seed: seed).split("many")
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0...generator.index(below: 4) {
                let position = generator.index(below: damaged.count)
                switch generator.index(below: 4) {
                case 0: damaged[position] ^= 1 << UInt8(generator.index(below: 8))
                case 1: damaged[position] = UInt8(truncatingIfNeeded: generator.next())
                case 2: damaged.remove(at: position)
                default: damaged.insert(damaged[generator.index(below: damaged.count)], at: position)
                }
            }
            Self.fuzz(damaged)
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 1 << 24, 1 << 31, 1 << 32, UInt64.max - 7, UInt64.max] as [UInt64])
    func lyingHeaderLengths(_ length: UInt64) throws {
        var bytes = try Self.small()
        bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: length.littleEndian) { Array($0) })
        #expect(throws: ModelFileError.self) { try InferenceModel(parsing: bytes) }
    }

    /// A file with this header and so much data.
    static func file(_ header: String, data: Int = 0) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}}", "{\"a\":1}", " {}", "{\"__metadata__\":3}", "{\"__metadata__\":{\"a\":1}}",
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}", "{\"a\":{\"dtype\":\"I32\",\"shape\":[2]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8],\"b\":1}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,16]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775808]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2305843009213693952],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[0,9223372036854775807,9223372036854775807],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", "{\"a\":{\"dtype\":\"I32\",\"shape\":[NaN],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[1e999],\"data_offsets\":[0,8]}}", "{\"a\":{\"dtype\":\"\\uD800\",\"shape\":[2],\"data_offsets\":[0,8]}}",
    ])
    func lyingHeaders(_ header: String) {
        let error = #expect(throws: Safetensors.Fault.self) { try Safetensors(parsing: Self.file(header, data: 8)) }
        #expect(error.map { !$0.description.isEmpty } == true)
        Self.fuzz(Self.file(header, data: 8))
    }

    @Test func deepNestingAndBadTextAreErrors() {
        let deep = String(repeating: "[", count: 200_000)
        #expect(throws: Safetensors.Fault.self) { try Safetensors(parsing: Self.file("{\"a\":" + deep)) }
        let objects = String(repeating: "{\"a\":", count: 200_000)
        #expect(throws: Safetensors.Fault.self) { try Safetensors(parsing: Self.file(objects)) }
        let many = "{\"__metadata__\":[" + String(repeating: "0,", count: 1_000_000) + "0]}"
        #expect(throws: Safetensors.Fault.header(.init(kind: .tooMany, offset: 2_000_013))) { try Safetensors(parsing: Self.file(many)) }
        for bad in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]] {
            let text = Array("{\"__metadata__\":{\"a\":\"".utf8) + bad + Array("\"}}".utf8)
            let file = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
            #expect(throws: Safetensors.Fault.self) { try Safetensors(parsing: file) }
        }
    }

    /// Changes the graph's text and drops the checksum.
    static func graph(_ old: String, _ new: String) throws -> [UInt8] {
        var container = try Safetensors(parsing: try small())
        let text = try #require(container.metadata["spinflip.graph"])
        try #require(text.contains(old), "\(text)")
        container.metadata["spinflip.graph"] = text.replacing(old, with: new)
        container.metadata["spinflip.checksum"] = nil
        return container.encoded()
    }

    @Test(arguments: [
        ("\"op\":\"byteDense\"", "\"op\":\"conv\""), ("\"op\":\"byteDense\"", "\"op\":\"binaryDense\""), ("\"op\":\"scores\"", "\"op\":\"threshold\""),
        ("\"columns\":9", "\"columns\":10"), ("\"columns\":9", "\"columns\":0"), ("\"columns\":9", "\"columns\":9223372036854775807"),
        ("\"columns\":9", "\"columns\":9.0"), ("\"columns\":65", "\"columns\":64"), ("\"columns\":65", "\"columns\":129"),
        ("\"inputs\":[0]", "\"inputs\":[1]"), ("\"inputs\":[0]", "\"inputs\":[-1]"), ("\"inputs\":[0]", "\"inputs\":[0,0]"),
        ("\"inputs\":[0]", "\"inputs\":[]"), ("\"inputs\":[3]", "\"inputs\":[1]"), ("\"inputs\":[0]", "\"inputs\":[9223372036854775807]"),
        ("\"shape\":[3,3]", "\"shape\":[3,4]"), ("\"shape\":[3,3]", "\"shape\":[]"), ("\"shape\":[3,3]", "\"shape\":[-3,-3]"),
        ("\"shape\":[3,3]", "\"shape\":[4294967296,4294967296]"), ("\"shape\":[3,3]", "\"shape\":[0]"),
        ("\"name\":\"dense1\"", "\"name\":\"dense0\""), ("\"name\":\"dense1\"", "\"name\":\"\""), ("\"name\":\"sign0\"", "\"name\":\"sign\""),
        ("\"exponent\":", "\"exponent\":1e3,\"x\":"), ("\"exponent\":", "\"exponent\":9999,\"x\":"), ("\"exponent\":", "\"power\":"),
        ("\"labels\":[", "\"labels\":[\"more\","), ("\"labels\":[", "\"labels\":[1,"), ("\"nodes\":[", "\"nodes\":[],\"more\":["),
        ("\"nodes\":[", "\"nodes\":[7,"), ("\"nodes\":[", "\"nodes\":[NaN,"), ("\"zeroPoint\":128", "\"zeroPoint\":NaN"),
        ("\"zeroPoint\":128", "\"zeroPoint\":128,\"zeroPoint\":128"), ("\"metadata\":{", "\"metadata\":{\"a\":1,"),
    ])
    func lyingGraphs(_ old: String, _ new: String) throws {
        let bytes = try Self.graph(old, new)
        let error = #expect(throws: ModelFileError.self) { try InferenceModel(parsing: bytes, path: "the.file") }
        let message = error?.description ?? ""
        #expect(message.hasPrefix("the.file: ") && !message.contains("\n"))
    }

    @Test func versionsChecksumsAndExtrasAreChecked() throws {
        let sound = try Safetensors(parsing: try Self.small())
        func fault(_ change: (inout Safetensors) -> Void) -> ModelFileError.Fault? {
            var container = sound
            change(&container)
            do {
                _ = try InferenceModel(parsing: container.encoded())
                return nil
            } catch .fault(_, let fault) {
                return fault
            } catch {
                return nil
            }
        }
        #expect(fault { $0.metadata["spinflip.version"] = "2" } == .version("2"))
        #expect(fault { $0.metadata["spinflip.version"] = nil } == .version("unknown"))
        #expect(fault { $0.metadata["spinflip.graph"] = nil } == .notAModel)
        #expect(fault { $0.metadata["spinflip.extra"] = "" } == .unknownMetadata("spinflip.extra"))
        #expect(fault { $0.metadata["spinflip.checksum"] = "00000000" } != nil)
        #expect(fault { $0.metadata["author"] = "someone" } == nil)
        let extra = fault {
            $0.metadata["spinflip.checksum"] = nil
            $0.add("more", [1] as [Int32])
        }
        #expect(extra == .unusedArray("more"))
    }

    @Test func paddingBitsAreChecked() throws {
        var container = Safetensors()
        container.add("k", [1 << 9] as [UInt64], shape: [1, 1])
        #expect(throws: Safetensors.Fault.paddingBits(name: "k")) { try container.signs("k", shape: [1, 9]) }
        #expect(try container.signs("k", shape: [1, 10])[0, 9])
    }

    /// Sums that could pass 2^24 are refused, so no score ever wraps.
    @Test func overflowIsExcluded() throws {
        func make(_ scale: Int32, _ bias: Int32) throws -> InferenceModel {
            try InferenceModel(
                name: "o", input: .init(shape: [10]),
                nodes: [
                    .init(name: "d", operation: .byteDense(kernel: PackedTensor(minusOnes: [1, 10])), inputs: [0]),
                    .init(name: "s", operation: .scores(scale: [scale], bias: [bias], exponent: 0), inputs: [1]),
                ])
        }
        let limit = InferenceModel.scoreLimit
        let scale = Int32(limit / 2550)
        let bias = Int32(limit - 1) - scale * 2550
        _ = try make(scale, bias)
        #expect(throws: ModelError.overflow(node: "s", bound: limit, limit: limit)) { try make(scale, bias + 1) }
        #expect(throws: ModelError.self) { try make(.min, .min) }
        #expect(throws: ModelError.self) { try make(.max, 0) }
    }
}
