internal import BinaryNN
internal import BitCore

extension Architecture {
    /// ReActNet-A (Liu et al. 2020, arXiv 2003.03488), on the shape of MobileNet-v1. A block from C to C' channels, RSign being a learned shift before the
    /// sign and RPReLU one before and one behind PReLU:
    ///
    ///     y = RPReLU(norm(B3×3(RSign(x))) + x),   z = RPReLU(norm(B1×1(RSign(y))) + y)
    ///
    /// with x through average pool 2×2 where the 3×3 convolution has stride 2; where C' = 2C, two such 1×1 convolutions beside each other are joined
    /// by channels. Stem 3×3 of 32 channels, stride 2 in the ImageNet form and 1 in the CIFAR form; blocks to 64, 128 twice, 256 twice, 512 six times, 1024
    /// twice, with stride 2 where they widen, but not to 64; global average pool and a real dense layer. ApproxSign; scales of mean|w|, which count as
    /// constants.
    static func reActNetA(
        _ input: Signal, _ classes: Int, _ width: Double, _ isImageNet: Bool, _ options: ModelOptions
    ) throws(ShapeError) -> Network {
        let defaults = ModelDefaults(surrogate: .approxSign, weightScale: .meanMagnitude(), normEpsilon: 1e-5)
        var model = ModelBuilder(input, width: width, options, defaults)
        // Widths are doubled stage by stage, so they are powers of two times the scaled first one.
        let first = model.scaled(32)
        try model.realConv(first, Window(3, stride: isImageNet ? 2 : 1), .zero, named: "stem")
        try model.norm(named: "stem-norm")
        let doublings = [1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5]
        for (block, doubling) in doublings.enumerated() {
            let widens = doubling > (block > 0 ? doublings[block - 1] : 0)
            try model.addReActBlock(first << doubling, widens: widens, halves: widens && doubling > 1)
        }
        try model.add(GlobalAveragePool(), "mean")
        try model.add(Dense(classes, kernel: .real, bias: true), "dense")
        return model.build()
    }
}

extension ModelBuilder {
    fileprivate mutating func addReActBlock(_ channels: Int, widens: Bool, halves: Bool) throws(ShapeError) {
        let (x, inner) = (last, widens ? channels / 2 : channels)
        try add(LearnedShift(), "shift")
        try sign()
        try binaryConv(inner, Window(3, stride: halves ? 2 : 1))
        try norm()
        let main = last
        goOn(from: x)
        if halves {
            // An odd extent keeps its last pixel, as the convolution does.
            let extents = signal.shape
            try add(
                AveragePool(Window(2, stride: 2), .replicate, margins: Margins(top: 0, left: 0, bottom: extents[0] % 2, right: extents[1] % 2)), "pool")
        }
        let shortcut = last
        goOn(from: main)
        try join(shortcut)
        try add(PReLU.shifted(), "rprelu")
        let y = last
        try add(LearnedShift(), "shift")
        try sign()
        let signs = last
        var parts: [ValueID] = []
        for _ in 0..<(widens ? 2 : 1) {
            goOn(from: signs)
            try binaryConv(inner, Window(1), .valid)
            try norm()
            try join(y)
            parts.append(last)
        }
        if widens {
            goOn(from: parts[0])
            try add(Concatenate(), "widened", with: parts[1])
        }
        try add(PReLU.shifted(), "rprelu")
    }
}
