internal import BitCore

/// What the pooling layers share: where their windows stand.
struct Pooling: Sendable {
    let geometry: WindowGeometry
    let windows: PoolingWindows

    init(_ layer: String, _ inputs: [Signal], _ window: Window, _ padding: Padding, _ margins: Margins?) throws(ShapeError) {
        guard inputs.count == 1 else { throw .inputs(layer: layer, expected: 1, found: inputs.count) }
        guard inputs[0].shape.rank == 3 else { throw .image(layer: layer, found: inputs[0].shape) }
        do {
            geometry = try WindowGeometry(inputs[0].shape, window, padding, margins: margins)
        } catch {
            throw .invalid(layer: layer, what: "\(error)")
        }
        guard geometry.image.count < 1 << 31 else { throw .invalid(layer: layer, what: "items of \(geometry.image) are too large") }
        windows = PoolingWindows(geometry)
    }

    /// [height × width × channels] of the result.
    var output: Shape { Shape([geometry.height, geometry.width, geometry.image[2]]) }
}
