public import BinaryNN
internal import BinaryTraining
public import BitCore
internal import Foundation

/// The high-dimensional geometry of a network with latent weights (Anderson & Berg, arXiv 1705.07199): for each such kernel the angles between filters and
/// their signs, how well products with the signs follow those with the latent weights on inputs as they occur, and how the weights are spread.
public struct NetworkGeometry: Sendable, Hashable, Codable {
    public struct Layer: Sendable, Hashable, Codable {
        public var name: String
        public var angles: FilterAngles
        /// On the layer's own inputs; nil without data.
        public var products: Proportionality?
        /// The same inputs, elements permuted row by row.
        public var permutedProducts: Proportionality?
        /// Of the kernel's signs with what stands before the sign of the inputs, over the same with the signs; nil where no sign makes the inputs.
        public var activations: Proportionality?
        public var histogram: WeightHistogram
        public var energy: Energy
    }

    /// Hyperspherical energy of a kernel's rows in the half space, s = 2 (`HypersphericalEnergy`): the larger, the nearer some rows lie to each other or to
    /// each other's opposite. Orthogonal rows have 0.5.
    public struct Energy: Sendable, Hashable, Codable {
        public var latent: Double
        /// Of their signs, by Hamming distances.
        public var signs: Double
    }

    public var layers: [Layer]
    /// What random filters tend to, in degrees.
    public var limit = FilterAngles.limit
    /// Slope of log(deviation of the angles) over log(depth), −0.5 for random filters; nil for fewer than two depths.
    public var spreadExponent: Double?
    /// Items whose activations were looked at.
    public var items: Int

    /// - Parameters:
    ///   - batch: inputs of the network; nil looks at weights alone.
    ///   - samples: rows of inputs for each layer.
    ///   - filters: filters for each layer in products, evenly chosen.
    public init(
        _ network: Network, _ parameters: ParameterStore, batch: Activation? = nil, _ context: ExecutionContext, samples: Int = 256, filters: Int = 64,
        generator: SeededGenerator = SeededGenerator(seed: 0)
    ) {
        let values = batch.map { network.trace($0, parameters, context) }
        items = batch?.shape[0] ?? 0
        layers = network.nodes.compactMap { node in
            guard let kernel = (node.layer as? Dense)?.kernel ?? (node.layer as? Conv2D)?.kernel,
                parameters.spec(kernel).encoding == .latentBinary
            else { return nil }
            let weights = parameters.reals(kernel)
            let geometry = (node.layer as? Conv2D)?.geometry
            let depth = geometry?.depth ?? parameters.spec(kernel).shape.columns
            let kernelRows = Tensor(weights, shape: Shape([weights.count / depth, depth]))
            let form = HypersphericalEnergy(.plain)
            let energy = Energy(
                latent: form.energy(of: kernelRows, engine: context.engine, parallel: context.parallel),
                signs: form.energy(of: context.kernels.packSigns(kernelRows, parallel: context.parallel)))
            var layer = Layer(name: node.name, angles: FilterAngles(weights, depth: depth), histogram: WeightHistogram(weights), energy: energy)
            guard let values else { return layer }
            var stream = generator.split(node.name)
            let source = node.inputs[0].index
            let groups = geometry?.groups ?? 1
            // Filters of one group see its channels; the first group stands for all.
            let rows = weights.count / depth / groups
            let chosen = rows <= filters ? Array(0..<rows) : (0..<filters).map { $0 * rows / filters }
            let kernels = chosen.flatMap { weights[$0 * depth..<($0 + 1) * depth] }
            let places = stream.split("places")
            /// At the same random places of any value.
            func inputs(_ value: Int) -> [Float] {
                var places = places
                let x = values[value].real(context)
                return geometry.map { Self.patches(x, $0, samples, &places) } ?? Self.rows(x, depth, samples, &places)
            }
            let pairs = Proportionality.of(inputs(source), kernels, depth: depth) { stream.permutation($0) }
            (layer.products, layer.permutedProducts) = (pairs.plain, pairs.permuted)
            if source > 0, network.nodes[source - 1].layer is Sign {
                layer.activations = Proportionality.of(
                    signs: inputs(source), reals: inputs(network.nodes[source - 1].inputs[0].index), kernels, depth: depth)
            }
            return layer
        }
        spreadExponent = Self.exponent(layers.map(\.angles))
    }

    private static func rows(_ x: Tensor, _ depth: Int, _ samples: Int, _ generator: inout SeededGenerator) -> [Float] {
        let count = x.shape.count / depth
        return x.withUnsafeElements { x in
            (0..<samples).flatMap { _ in
                let row = generator.index(below: count)
                return Array(x[row * depth..<(row + 1) * depth])
            }
        }
    }

    /// What the filters of the first group see at random places.
    private static func patches(_ x: Tensor, _ geometry: ConvolutionGeometry, _ samples: Int, _ generator: inout SeededGenerator) -> [Float] {
        let (places, channels, taken) = (geometry.positions, geometry.channels, geometry.channels / geometry.groups)
        let (height, width) = (geometry.image[0], geometry.image[1])
        let outside: Float = geometry.padding == .plusOne ? 1 : 0
        return x.withUnsafeElements { x in
            var patches: [Float] = []
            patches.reserveCapacity(samples * geometry.depth)
            for _ in 0..<samples {
                let item = generator.index(below: x.count / (height * width * channels))
                let (row, column) = (generator.index(below: places.height), generator.index(below: places.width))
                for i in 0..<geometry.window.height {
                    for j in 0..<geometry.window.width {
                        if let y = places.sourceRow(row, tap: i), let z = places.sourceColumn(column, tap: j) {
                            let first = ((item * height + y) * width + z) * channels
                            patches += x[first..<first + taken]
                        } else {
                            patches += repeatElement(outside, count: taken)
                        }
                    }
                }
            }
            return patches
        }
    }

    private static func exponent(_ angles: [FilterAngles]) -> Double? {
        let points = angles.filter { $0.deviation > 0 && $0.filters - $0.silent > 1 }.map { (log(Double($0.depth)), log($0.deviation)) }
        guard Set(points.map(\.0)).count > 1 else { return nil }
        let count = Double(points.count)
        let (x, y) = (points.reduce(0) { $0 + $1.0 } / count, points.reduce(0) { $0 + $1.1 } / count)
        return points.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) } / points.reduce(0) { $0 + ($1.0 - x) * ($1.0 - x) }
    }
}
