import BitCore
import Datasets
import Testing

@Suite struct SyntheticTests {
    @Test func xor() throws {
        let set = try Dataset.xor()
        #expect(set.features == [0, 0, 1, 0, 0, 1, 1, 1] && set.labels == [0, 1, 1, 0])
        #expect(set.tensor(0..<4, encoding: set.encodings.standard).elements == [-1, -1, 1, -1, -1, 1, 1, 1])
    }

    @Test(arguments: [1, 2, 5, 16]) func parity(bits: Int) throws {
        let set = try Dataset.parity(bits: bits)
        #expect(set.count == 1 << bits)
        for item in stride(from: 0, to: set.count, by: 7) { #expect(set.bytes(of: item).reduce(0) { $0 + Int($1) } % 2 == set.labels[item]) }
        #expect(set.classBalance == [set.count / 2, set.count / 2])
    }

    @Test(arguments: [2, 3, 4, 7]) func barsAndStripes(side: Int) throws {
        let set = try Dataset.barsAndStripes(side: side)
        #expect(set.count == 2 * ((1 << side) - 2) && set.itemShape == [side, side])
        #expect(Set((0..<set.count).map { Array(set.bytes(of: $0)) }).count == set.count, "all differ")
        for item in 0..<set.count {
            let image = Array(set.bytes(of: item))
            let stripes = (0..<side).allSatisfy { row in (0..<side).allSatisfy { image[row * side + $0] == image[row * side] } }
            #expect(stripes == (set.labels[item] == 1))
        }
    }

    @Test func limits() {
        for bits in [0, 17, -1] { #expect(throws: DatasetError.self) { try Dataset.parity(bits: bits) } }
        for side in [1, 13] { #expect(throws: DatasetError.self) { try Dataset.barsAndStripes(side: side) } }
        for layers in [[], [4], [4, 0], [4, -1], [1 << 20, 2], [65_536, 65_536, 2]] {
            #expect(throws: DatasetError.self) { try Dataset.teacher(layers: layers, count: 10, seed: 0) }
        }
        #expect(throws: DatasetError.self) { try Dataset.teacher(layers: [4, 2], count: 0, seed: 0) }
    }

    @Test func teachersLabelByTheirNetwork() throws {
        // One unit with two inputs: the sum of two signs is at least 0 for three of the four inputs, or 1 - … by symmetry always three.
        let one = try Dataset.teacher(layers: [2, 1], count: 100, seed: 3)
        #expect(one.count == 4 && one.classBalance == [1, 3])
        // Negating an input of odd width negates a single layer's sums, so the class of one unit changes.
        let teacher = try Teacher(layers: [9, 1], seed: 5)
        for item in 0..<512 {
            let bits = (0..<9).map { UInt8(item >> $0 & 1) }
            #expect(teacher.label(bits) == 1 - teacher.label(bits.map { 1 - $0 }))
        }
    }

    @Test(arguments: [[5, 3, 1], [70, 65, 64, 7], [64, 2], [1, 1, 1]]) func packedLabelsAgree(layers: [Int]) throws {
        let set = try Dataset.teacher(layers: layers, count: 40, seed: 9)
        let teacher = try Teacher(layers: layers, seed: 11)
        let one = teacher.labels(set.packed(0..<set.count, threshold: 1))
        #expect(one == (0..<set.count).map { teacher.label(set.bytes(of: $0)) })
        #expect(one == teacher.labels(set.packed(0..<set.count, threshold: 1), parallel: Parallel(threads: 2)))
    }

    @Test func teachersDependOnTheSeed() throws {
        let a = try Dataset.teacher(layers: [32, 16, 4], count: 500, seed: 1)
        let b = try Dataset.teacher(layers: [32, 16, 4], count: 500, seed: 1)
        let c = try Dataset.teacher(layers: [32, 16, 4], count: 500, seed: 2)
        #expect(a.count == 500 && a.classCount == 4 && a.features == b.features && a.labels == b.labels && a.features != c.features)
        #expect(a.classBalance.filter { $0 > 0 }.count > 1)
    }
}
