import BitCore
import Foundation
import Testing

@Suite struct WindowGeometryTests {
    @Test(arguments: [
        // height, window, stride, dilation, padding, expected
        (32, 3, 1, 1, Padding.valid, 30), (32, 3, 1, 1, .zero, 32), (32, 3, 2, 1, .plusOne, 16), (15, 2, 2, 1, .valid, 7),
        (7, 3, 1, 2, .replicate, 7), (9, 3, 2, 2, .zero, 5), (8, 2, 1, 1, .zero, 8), (224, 7, 2, 1, .zero, 112),
    ])
    func positions(height: Int, size: Int, stride: Int, dilation: Int, padding: Padding, expected: Int) throws {
        let geometry = try WindowGeometry([height, height + 1, 3], Window(size, stride: stride, dilation: dilation), padding)
        #expect(geometry.height == expected)
    }

    @Test func sourcesOutsideTheImage() throws {
        let zero = try WindowGeometry([4, 5, 1], Window(3), .zero)
        #expect(zero.sourceRow(0, tap: 0) == nil)
        #expect(zero.sourceRow(0, tap: 1) == 0)
        #expect(zero.sourceRow(3, tap: 2) == nil)
        #expect(zero.sourceColumn(4, tap: 1) == 4)
        let replicate = try WindowGeometry([4, 5, 1], Window(3), .replicate)
        #expect(replicate.sourceRow(0, tap: 0) == 0)
        #expect(replicate.sourceColumn(4, tap: 2) == 4)
    }

    @Test func convolutionExtents() throws {
        let geometry = try ConvolutionGeometry([8, 8, 12], Window(3), .zero, outputs: 6, groups: 3)
        #expect(geometry.kernel == [6, 3, 3, 4])
        #expect(geometry.output == [8, 8, 6])
        #expect(geometry.depth == 36)
        #expect(geometry.multiplyAccumulates == 64 * 6 * 36)
        let copy = try JSONDecoder().decode(ConvolutionGeometry.self, from: JSONEncoder().encode(geometry))
        #expect(copy == geometry)
    }

    @Test func whatDoesNotFitIsRefused() {
        #expect(throws: GeometryError.doesNotFit(Window(5), [4, 8, 1])) { try WindowGeometry([4, 8, 1], Window(5), .valid) }
        #expect(throws: GeometryError.notPositive(Window(3, stride: 0))) { try WindowGeometry([4, 8, 1], Window(3, stride: 0), .zero) }
        #expect(throws: GeometryError.notAnImage([4, 8])) { try WindowGeometry([4, 8], Window(3), .zero) }
        #expect(throws: GeometryError.margin(-1)) { try WindowGeometry([4, 8, 1], Window(3), .zero, margins: Margins(-1)) }
        #expect(throws: GeometryError.groups(2, channels: 3, outputs: 4)) {
            try ConvolutionGeometry([4, 8, 3], Window(3), outputs: 4, groups: 2)
        }
        #expect(throws: GeometryError.outputs(0)) { try ConvolutionGeometry([4, 8, 3], Window(3), outputs: 0) }
    }
}
