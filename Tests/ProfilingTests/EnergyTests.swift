import BinaryNN
import BitCore
import ModelZoo
import Profiling
import Testing

/// Energies beside ones worked out by hand.
@Suite struct EnergyTests {
    @Test func trafficOfAResidualBlock() {
        let groups = Traffic(EnergyFixtures.residual).groups
        #expect(groups.map(\.members) == [["a", "sign"], ["b", "add"]])
        func transfer(_ cause: Traffic.Cause, _ isWrite: Bool, _ value: String, _ bits: Int, of size: Int) -> Traffic.Transfer {
            Traffic.Transfer(cause: cause, isWrite: isWrite, value: value, bits: bits, sizeBits: size)
        }
        #expect(
            groups[0].transfers == [
                transfer(.weights, false, "a", 512, of: 528), transfer(.inputs, false, "input", 128, of: 128),
                // Only the addition reads the reals of a.
                transfer(.shortcuts, true, "a", 128, of: 128), transfer(.outputs, true, "sign", 4, of: 4),
            ])
        #expect(
            groups[1].transfers == [
                transfer(.weights, false, "b", 16, of: 528), transfer(.inputs, false, "sign", 4, of: 4), transfer(.shortcuts, false, "a", 128, of: 128),
                transfer(.outputs, true, "add", 128, of: 128),
            ])
    }

    /// 16 bytes fit near (10 pJ a bit), the 528 bits of all weights do not (100 pJ a bit). Accesses are of 8 bits, so 4 bits of signs move as 8.
    @Test func energyOfAResidualBlock() throws {
        let estimate = try EnergyEstimate(EnergyFixtures.residual, EnergyFixtures.table, EnergyFixtures.memory)
        // Costs are powers of two by kind: binary 1, real 8, real addition 16, comparison 256.
        let operations: [Double] = [(16 * 8 + 4 * 256) * 1e-6, (16 * 1 + 4 * 16) * 1e-6]
        let weights: [Double] = [512 * 100e-6, 16 * 100e-6]
        let near: [Double] = [264 * 10e-6, 264 * 10e-6]
        for (index, layer) in estimate.layers.enumerated() {
            #expect(abs(layer.operationMicrojoules - operations[index]) < 1e-12)
            #expect(abs(layer.microjoules(.weights) - weights[index]) < 1e-12)
            #expect(abs(layer.microjoules - (operations[index] + weights[index] + near[index])) < 1e-12)
        }
        #expect(abs((estimate.causes["shortcuts"] ?? 0) - 256 * 10e-6) < 1e-12)
        #expect(abs((estimate.causes["outputs"] ?? 0) - 136 * 10e-6) < 1e-12)
        let total = (operations + weights + near).reduce(0, +)
        #expect(abs(estimate.totalMicrojoules - total) < 1e-12)
        #expect(abs(estimate.causes.values.reduce(0, +) - total) < 1e-12)
        #expect(estimate.terms.first { $0.name == "near" }?.count == 528)
        #expect(estimate.terms.first { $0.name == "far" }?.count == 528)
    }

    /// A view moves only what it shows; a concatenation reads the part that another group made and writes the whole.
    @Test func viewsAndConcatenations() {
        let work = Workload(
            model: "", inputElements: 8, inputBits: 1,
            steps: [
                .init("half", kind: "Slice", .view, inputs: [0], outputElements: 4, outputBits: 1),
                .init("a", kind: "BinaryDense", .gathering, inputs: [1], outputElements: 4, outputBits: 32),
                .init("sign", kind: "Sign", .pointwise, inputs: [2], outputElements: 4, outputBits: 1),
                .init("rest", kind: "Slice", .view, inputs: [0], outputElements: 4, outputBits: 1),
                .init("join", kind: "Concatenate", .pointwise, inputs: [3, 4], outputElements: 8, outputBits: 1),
                .init("b", kind: "BinaryDense", .gathering, inputs: [5], outputElements: 2, outputBits: 32),
            ])
        let groups = Traffic(work).groups
        #expect(groups.map(\.members) == [["a", "sign", "join"], ["b"]])
        #expect(groups[0].transfers.map(\.bits) == [4, 4, 8])
        #expect(groups[0].transfers.map(\.cause) == [.inputs, .shortcuts, .outputs])
        #expect(groups[0].transfers.map(\.sizeBits) == [8, 8, 8])
    }

    /// A network of layers: the norm before the sign is a threshold, the one before the addition is not.
    @Test func networkOfLayers() throws {
        var builder = NetworkBuilder(input: Signal([4, 4, 3], .byte(zeroPoint: 0, shift: 0)))
        try builder.add(Conv2D(8, Window(3), .valid, kernel: .binary), named: "stem")
        let norm = try builder.add(BatchNorm(), named: "stem-norm")
        try builder.add(Sign(), named: "sign")
        try builder.add(Conv2D(8, Window(1), .valid, kernel: .binary), named: "conv")
        try builder.add(BatchNorm(), named: "norm")
        let main = try builder.add(Sign(), named: "sign2")
        try builder.add(Flatten(), named: "flatten", reading: main)
        try builder.add(Dense(2, kernel: .binary), named: "dense")
        try builder.add(BatchNorm(isOutput: true), named: "scores")
        _ = norm
        let work = Workload(builder.build(), model: "tiny")
        let groups = Traffic(work).groups
        #expect(groups.map(\.members) == [["stem", "stem-norm", "sign"], ["conv", "norm", "sign2", "flatten"], ["dense", "scores"]])
        // 2×2 places of 27 products for 8 outputs; thresholds of 32 bits.
        #expect(groups[0].operations == OperationTally([.byteSignMAC: 4 * 27 * 8, .comparison: 32]))
        #expect(groups[0].transfers.map(\.bits) == [27 * 8, 8 * 32, 48 * 8, 32])
        #expect(groups[1].operations == OperationTally([.binaryMAC: 4 * 8 * 8, .comparison: 32]))
        #expect(groups[2].operations == OperationTally([.binaryMAC: 64, .realMultiply: 2, .realAdd: 2]))
        #expect(groups[2].transfers.map(\.bits) == [64, 2 * 2 * 32, 32, 64])
    }

    /// The shortcuts of Bi-Real-18 at 224²: each of sixteen additions reads a real map of its stage.
    @Test func shortcutsOfBiReal18() throws {
        let network = try ModelName("birealnet18:imagenet").network(
            items: [224, 224, 3], classes: 1000, input: .byte(zeroPoint: 128, shift: 7), ModelOptions(kernel: .binary))
        let traffic = Traffic(Workload(network, model: "birealnet18:imagenet"))
        let reads = traffic.groups.flatMap(\.transfers).filter { $0.cause == .shortcuts && !$0.isWrite }
        let maps = [56 * 56 * 64, 28 * 28 * 128, 14 * 14 * 256, 7 * 7 * 512]
        #expect(reads.count == 16)
        #expect(reads.reduce(0) { $0 + $1.bits } == 4 * 32 * maps.reduce(0, +))
        // Signs for the convolutions: 4, 4, 4, 4 in each stage, of which the first of a stage reads the map before it.
        let signs = traffic.groups.filter { $0.kind == "BinaryConv2D" }.flatMap(\.transfers).filter { $0.cause == .inputs }
        #expect(signs.reduce(0) { $0 + $1.bits } == 4 * maps[0] + (maps[0] + 3 * maps[1]) + (maps[1] + 3 * maps[2]) + (maps[2] + 3 * maps[3]))
        let work = traffic.groups.reduce(OperationTally()) { $0 + $1.operations }
        #expect(work[.binaryMAC] == network.operationCounts.binaryMACs)
        #expect(work[.realMAC] == network.operationCounts.realMACs)
    }

    /// A pool runs on the way out; norm and signs behind it are thresholds.
    @Test(arguments: [1, 4]) func poolsRunOnTheWayOut(_ slices: Int) throws {
        var builder = NetworkBuilder(input: Signal([8, 8, 2], .sign))
        try builder.add(Conv2D(3, Window(1), .valid, kernel: .binary), named: "conv")
        try builder.add(MaxPool(), named: "pool")
        try builder.add(BatchNorm(), named: "norm")
        try builder.add(MultiSliceSign(slices: slices), named: "signs")
        let traffic = Traffic(Workload(builder.build(), model: ""))
        #expect(traffic.groups.map(\.members) == [["conv", "pool", "norm", "signs"]])
        // Three comparisons for the largest of four, then the thresholds.
        #expect(traffic.groups[0].operations == OperationTally([.binaryMAC: 64 * 6, .comparison: 48 * 3 + slices * 48]))
        #expect(traffic.groups[0].transfers.map(\.bits) == [6, 32 * 3 * slices, 128, slices * 48])
    }

    /// In BoolNet nothing between the signs behind the stem and the last block is wider than a bit, and shortcuts are what its blocks say.
    @Test(arguments: [1, 4]) func mapsOfBoolNetAreBits(_ slices: Int) throws {
        let traffic = Traffic(try Self.boolean("boolnet:k\(slices):imagenet"))
        let convolutions = traffic.groups.filter { $0.kind == "BinaryConv2D" }
        #expect(convolutions.count == 16 + 3)
        for (name, bits) in Dictionary(grouping: convolutions.flatMap(\.transfers).filter { $0.cause == .inputs }, by: \.value).mapValues({ $0[0].sizeBits }) {
            #expect(bits <= 2 * slices * 56 * 56 * 64, "\(name) takes \(bits) bits")
        }
        let shortcuts = traffic.groups.flatMap(\.transfers).filter { $0.cause == .shortcuts && !$0.isWrite && $0.value != "mean-norm" }
        let real = try Traffic(Self.boolean("birealnet18:imagenet")).groups.flatMap(\.transfers).filter { $0.cause == .shortcuts && !$0.isWrite }
        #expect(shortcuts.reduce(0) { $0 + $1.bits } * 3 < real.reduce(0) { $0 + $1.bits })
    }

    static func boolean(_ name: String) throws -> Workload {
        let network = try ModelName(name).network(
            items: [224, 224, 3], classes: 1000, input: .byte(zeroPoint: 128, shift: 7), ModelOptions(kernel: .binary))
        return Workload(network, model: name)
    }

    @Test func builtInTablesAreWhole() throws {
        #expect(EnergyTable.builtIn.map(\.name) == ["horowitz45", "qkeras"])
        #expect(MemoryHierarchy.builtIn.map(\.name) == ["accelerator", "edge", "cpu"])
        for table in EnergyTable.builtIn {
            #expect(!table.citation.isEmpty)
            for constant in Array(table.operations.values) + table.memories.map(\.access) {
                #expect(!constant.source.isEmpty && constant.lower <= constant.picojoules && constant.picojoules <= constant.upper)
            }
            for memory in MemoryHierarchy.builtIn { _ = try EnergyEstimate(EnergyFixtures.residual, table, memory) }
        }
        // 2/32 of an addition for the XNOR and the full adder, 1/64 for the sum of a word.
        #expect(EnergyTable.builtIn[0].operations[.binaryMAC]?.picojoules == 0.1 * (2.0 / 32 + 1.0 / 64))
        // qkeras at 8 KB, 2^16 bits.
        #expect(abs(EnergyTable.builtIn[1].memories[0].access.picojoules - (0.02455 * 256 - 0.2656 * 16 + 0.8661)) < 1e-9)
    }

    @Test func levelsWithoutCostAreNamed() {
        let memory = MemoryHierarchy(name: "mine", levels: [.init("big", bytes: 64), .init("far", bytes: nil)])
        let error = #expect(throws: EnergyDataError.self) { try EnergyEstimate(EnergyFixtures.residual, EnergyFixtures.table, memory) }
        #expect(error == EnergyDataError("mine", .noCost(level: "big", bytes: 64, table: "powers")))
        let own = MemoryHierarchy(name: "mine", levels: [.init("big", bytes: 64, bit: .init(1)), .init("far", bytes: nil)])
        #expect(throws: Never.self) { try EnergyEstimate(EnergyFixtures.residual, EnergyFixtures.table, own) }
    }
}
