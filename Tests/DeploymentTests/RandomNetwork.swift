import BinaryNN
import BitCore
import _TestSupport

/// Random networks of images that have an integer form: convolutions with every padding, stride, dilation and group count, pools before and
/// behind batch norms, scales, shifts, branches.
struct RandomNetwork {
    var generator: SeededGenerator
    var builder: NetworkBuilder
    let image: Shape
    let isByte: Bool
    let zeroPoint: Int
    let shift: Int
    private var names = 0

    init(seed: UInt64, isByte: Bool) {
        generator = SeededGenerator(seed: seed).split("random network")
        image = [6 + generator.index(below: 4), 6 + generator.index(below: 4), [1, 3, 4, 66][generator.index(below: 4)]]
        (zeroPoint, shift) = [(128, 7), (0, 0), (255, 8), (33, 2), (-7, 3)][generator.index(below: 5)]
        self.isByte = isByte
        builder = NetworkBuilder(input: Signal(image, isByte ? .byte(zeroPoint: zeroPoint, shift: shift) : .sign))
    }

    private mutating func chance(_ one: Int) -> Bool { generator.index(below: one) == 0 }

    @discardableResult
    private mutating func add(_ layer: some Layer, _ sources: ValueID...) throws -> ValueID {
        names += 1
        return switch sources.count {
        case 0: try builder.add(layer, named: "n\(names)")
        case 1: try builder.add(layer, named: "n\(names)", reading: sources[0])
        default: try builder.add(layer, named: "n\(names)", reading: sources[0], sources[1])
        }
    }

    mutating func convolution(_ source: ValueID, outputs wanted: Int? = nil, pointwise: Bool = false) throws -> ValueID {
        let shape = builder.signal(source).shape
        let geometry = pointwise ? try WindowGeometry(shape, Window(1), .valid) : RandomImageModel.geometry(shape, &generator)
        let divisors = (1...shape[2]).filter { shape[2] % $0 == 0 }
        let groups = wanted == nil && chance(2) ? divisors[generator.index(below: divisors.count)] : 1
        let outputs = wanted ?? groups * Swift.max(1, [3, 12, 65][generator.index(below: 3)] / groups)
        let kernel = [ParameterEncoding.latentBinary, .binary][generator.index(below: 2)]
        var scale = WeightScale.none
        if wanted == nil, chance(3) { scale = kernel == .binary || chance(2) ? .learned : .meanMagnitude() }
        return try add(
            Conv2D(
                outputs, geometry.window, geometry.padding, margins: geometry.margins, groups: groups, kernel: kernel, scale: scale,
                bias: wanted == nil && chance(4)), source)
    }

    private mutating func pool(_ source: ValueID) throws -> ValueID {
        let geometry = RandomImageModel.geometry(builder.signal(source).shape, paddings: [.valid, .replicate], &generator)
        return try add(MaxPool(geometry.window, geometry.padding, margins: geometry.margins), source)
    }

    /// From a value to signs.
    private mutating func block(_ source: ValueID) throws -> ValueID {
        var value: ValueID
        switch generator.index(below: 4) {
        case 0:
            // Two branches of sums.
            let outputs = 1 + generator.index(below: 9)
            let (a, b) = (try convolution(source, outputs: outputs, pointwise: true), try convolution(source, outputs: outputs, pointwise: true))
            value = try add(Add(), a, b)
            if chance(2) { value = try add(Concatenate(), value, a) }
        case 1:
            value = try convolution(source, outputs: 1 + generator.index(below: 70))
            let geometry = RandomImageModel.geometry(builder.signal(value).shape, paddings: [.valid, .replicate], &generator)
            value = try add(AveragePool(geometry.window, geometry.padding, margins: geometry.margins), value)
        default: value = try convolution(source)
        }
        if chance(3) { value = try pool(value) }
        if !chance(4) { value = try add(BatchNorm(), value) }
        if chance(4) { value = try add(LearnedShift(), value) }
        if chance(4) { value = try pool(value) }
        if chance(4) { value = try add(Dropout(0.5), value) }
        if chance(5) {
            // Somebody else looks at the same sums.
            let other = try add(Sign(), try add(BatchNorm(), value))
            return try add(Concatenate(), try add(Sign(), value), other)
        }
        return try add(Sign(), value)
    }

    /// The network, ending in three or so exact scores.
    mutating func build(blocks: Int) throws -> Network {
        var value = ValueID.input
        for _ in 0..<blocks {
            value = try block(value)
            if chance(4) { value = try pool(value) }
            if chance(4) {
                let channels = builder.signal(value).shape[2]
                let first = generator.index(below: channels)
                let part = try add(Slice(first..<first + 1 + generator.index(below: channels - first)), value)
                value = chance(2) ? part : try add(Concatenate(), part, value)
            }
        }
        switch generator.index(below: 3) {
        case 0:
            value = try add(Dense(3), try add(Flatten(), value))
            value = try add(BatchNorm(isOutput: true), value)
        case 1:
            value = try convolution(value, outputs: 3, pointwise: true)
            let shape = builder.signal(value).shape
            if shape[0] * shape[1] & (shape[0] * shape[1] - 1) == 0 {
                value = try add(GlobalAveragePool(), value)
            } else {
                value = try add(MaxPool(Window(shape[0], shape[1])), value)
                value = try add(Flatten(), value)
            }
            value = try add(BatchNorm(isOutput: true), value)
        default:
            value = try add(Flatten(), value)
            value = try add(Sign(), try add(BatchNorm(), try add(Dense(20), value)))
            value = try add(Dense(4), value)
        }
        return builder.build()
    }

    /// Statistics and coefficients of every kind: slopes below 0 and 0, thresholds out of reach, ties at 0.
    static func scramble(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        for id in parameters.ids where parameters.spec(id).role != .kernel {
            let count = parameters.spec(id).count
            let name = parameters.spec(id).name.split(separator: ".").last!
            let values = (0..<count).map { index -> Float in
                switch (name, index % 7) {
                case ("scale", 0), ("weight-scale", 6): 0
                case ("scale", 1), ("weight-scale", 1): -generator.uniform()
                case ("variance", _): generator.uniform() * 10 + 0.01
                case ("bias", 2): 1e6
                case ("bias", 3): -1e6
                case ("bias", 4): 0
                case ("mean", 4): Float(generator.index(below: 9) - 4)
                default: generator.normal()
                }
            }
            parameters.setReals(id, values)
        }
    }
}
