internal import BinaryNN
internal import BitCore

extension Architecture {
    /// Bi-Real-Net-18 (Liu et al. 2018) and ResNet-E-18 (Bethge et al. 2019): sixteen binary 3×3 convolutions, each with a shortcut of its own,
    ///
    ///     out = norm(BConv(sign(x))) + shortcut(x),
    ///
    /// in stages of 64, 128, 256 and 512 channels with four convolutions each. Where a stage halves the image, the shortcut is average pool 2×2 –
    /// real 1×1 convolution – norm. Before them a real convolution, after them global average pool and a real dense layer.
    ///
    /// ImageNet form: stem 7×7/2 – norm – max pool 3×3/2. CIFAR form: stem 3×3 – norm, no pool, so that 32×32 ends in 4×4.
    /// Bi-Real-Net: ApproxSign, scales of mean|w|, which count as constants. ResNet-E: straight-through within 1.25, no scales, and a ReLU at the end.
    static func residual18(
        _ kind: Architecture, _ input: Signal, _ classes: Int, _ width: Double, _ isImageNet: Bool, _ options: ModelOptions
    ) throws(ShapeError) -> Network {
        let isBiReal = kind == .biRealNet18
        let defaults = ModelDefaults(
            surrogate: isBiReal ? .approxSign : .straightThrough(limit: 1.25), weightScale: isBiReal ? .meanMagnitude() : .none,
            normEpsilon: 1e-5)
        var model = ModelBuilder(input, width: width, options, defaults)
        if isImageNet {
            try model.realConv(model.scaled(64), Window(7, stride: 2), .zero, named: "stem")
            try model.norm(named: "stem-norm")
            // Replicated pixels repeat what is under the window: the maximum ignores what lies outside.
            try model.add(MaxPool(Window(3, stride: 2), .replicate, margins: Margins(1)), "pool")
        } else {
            try model.realConv(model.scaled(64), Window(3), .zero, named: "stem")
            try model.norm(named: "stem-norm")
        }
        for (stage, channels) in [64, 128, 256, 512].enumerated() {
            for block in 0..<4 {
                let source = model.last
                let halves = stage > 0 && block == 0
                try model.sign()
                try model.binaryConv(model.scaled(channels), Window(3, stride: halves ? 2 : 1))
                try model.norm()
                let main = model.last
                model.goOn(from: source)
                if halves {
                    // An odd extent keeps its last pixel, as the convolution does.
                    let extents = model.signal.shape
                    let margins = Margins(top: 0, left: 0, bottom: extents[0] % 2, right: extents[1] % 2)
                    try model.add(AveragePool(Window(2, stride: 2), .replicate, margins: margins), "pool")
                    try model.realConv(model.scaled(channels), Window(1), .valid, named: "shortcut")
                    try model.norm(named: "shortcut-norm")
                }
                let shortcut = model.last
                model.goOn(from: main)
                try model.join(shortcut)
            }
        }
        if !isBiReal { try model.add(ReLU(), "relu") }
        try model.add(GlobalAveragePool(), "mean")
        try model.add(Dense(classes, kernel: .real, bias: true), "dense")
        return model.build()
    }
}
