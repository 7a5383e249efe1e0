import BitCore
import Foundation
import Testing

@Suite struct ShapeTests {
    @Test func countsRowsAndColumns() {
        let image: Shape = [2, 3, 5, 7]
        #expect(image.count == 210 && image.rows == 30 && image.columns == 7 && image.rank == 4 && image[1] == 3)
        #expect(image.item == [3, 5, 7] && image.item.batched(2) == image)
        let scalar: Shape = []
        #expect(scalar.count == 1 && scalar.rows == 1 && scalar.columns == 1)
        #expect(Shape([4, 0]).count == 0 && Shape([4, 0]).rows == 4)
        #expect("\(image)" == "[2×3×5×7]")
    }

    @Test func readsAndWritesAsAListOfNumbers() throws {
        let shape: Shape = [2, 0, 9]
        let data = try JSONEncoder().encode(shape)
        #expect(String(decoding: data, as: UTF8.self) == "[2,0,9]")
        #expect(try JSONDecoder().decode(Shape.self, from: data) == shape)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Shape.self, from: Data("[2,-1]".utf8)) }
    }
}

@Suite struct TensorTests {
    @Test func isAValue() {
        let first = Tensor([1, 2, 3, 4], shape: [2, 2])
        var second = first
        second[3] = 9
        second.withUnsafeMutableElements { $0[0] = 8 }
        #expect(first.elements == [1, 2, 3, 4] && second.elements == [8, 2, 3, 9])
        #expect(first != second && first == Tensor([1, 2, 3, 4], shape: [2, 2]))
        #expect(first != first.reshaped(to: [4]) && first.reshaped(to: [4]).elements == first.elements)
    }

    @Test func equalityIsThatOfNumbers() {
        #expect(Tensor([0], shape: [1]) == Tensor([-0.0], shape: [1]))
        #expect(Tensor([.nan], shape: [1]) != Tensor([.nan], shape: [1]))
    }

    @Test func storageStartsOnACacheLineAndAtZero() {
        for count in [0, 1, 17, 1000] {
            let tensor = Tensor(zeros: Shape([count]))
            #expect(tensor.elements == [Float](repeating: 0, count: count))
            tensor.withUnsafeElements { #expect(Int(bitPattern: $0.baseAddress) % 64 == 0) }
        }
    }
}

@Suite struct PackedTensorTests {
    @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 129]) func rowsStartOnWords(_ columns: Int) {
        var packed = PackedTensor(minusOnes: Shape([3, columns]))
        #expect(packed.wordsPerRow == (columns + 63) / 64 && packed.wordCount == 3 * packed.wordsPerRow && packed.paddingIsZero)
        for i in 0..<3 {
            for j in stride(from: i, to: columns, by: 3) { packed[i, j] = true }
        }
        #expect(packed.paddingIsZero)
        for i in 0..<3 {
            for j in 0..<columns {
                #expect(packed[i, j] == (j % 3 == i))
                #expect((packed.words[i * packed.wordsPerRow + j / 64] >> UInt64(j % 64)) & 1 == (j % 3 == i ? 1 : 0))
            }
        }
        #expect(PackedTensor(words: packed.words, shape: packed.shape) == packed)
    }

    @Test func isAValue() {
        let first = PackedTensor(minusOnes: [1, 70])
        var second = first
        second[0, 69] = true
        second.withUnsafeMutableWords { $0[0] = 1 }
        #expect(first.words == [0, 0] && second.words == [1, 32])
        second[0, 69] = false
        #expect(second.words == [1, 0])
    }

    @Test func viewsKeepTheirRows() {
        let packed = PackedTensor(words: [1, 2, 3, 4, 5, 6], shape: [2, 3, 10])
        #expect(packed.reshaped(to: [6, 10]).words == packed.words)
        #expect(packed != packed.reshaped(to: [6, 10]))
    }

    @Test func paddingIsSeen() {
        var packed = PackedTensor(minusOnes: [2, 65])
        packed.withUnsafeMutableWords { $0[3] = 2 }
        #expect(!packed.paddingIsZero)
    }
}
