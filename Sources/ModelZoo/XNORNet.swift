internal import BinaryNN
internal import BitCore

extension Architecture {
    /// XNOR-Net's AlexNet (Rastegari et al. 2016) in the form of the Bop repositories, on 224×224×3; R is a real, B a binary layer:
    ///
    ///     R96 11×11/4 – norm – ReLU – pool 3/2 – norm – sign – B256 5×5 – pool 3/2 – norm – sign – B384 – norm – sign – B384 – norm – sign –
    ///     B256 – pool 3/2 – norm – sign – B4096 6×6 valid – norm – sign – B4096 1×1 – norm – ReLU – R1000
    ///
    /// Extents are 55, 27, 13, 6, 1. Norm momentum 0.9, ε 1e-4, with γ. Without weight scales, as there; `weightScale` adds XNOR-Net's own.
    /// CIFAR form: stem 3×3, so that 32×32 has extents 32, 15, 7, 3, 1, and the first dense layer takes 3×3.
    static func xnorNet(
        _ input: Signal, _ classes: Int, _ width: Double, _ isImageNet: Bool, _ options: ModelOptions
    ) throws(ShapeError) -> Network {
        var model = ModelBuilder(input, width: width, options, ModelDefaults())
        let pool = MaxPool(Window(3, stride: 2))
        if isImageNet {
            try model.realConv(model.scaled(96), Window(11, stride: 4), .zero, margins: Margins(2))
        } else {
            try model.realConv(model.scaled(96), Window(3), .zero)
        }
        try model.norm()
        try model.add(ReLU(), "relu")
        try model.add(pool, "pool")
        for (channels, size, isPooled) in [(256, 5, true), (384, 3, false), (384, 3, false), (256, 3, true)] {
            try model.norm()
            try model.sign()
            try model.binaryConv(model.scaled(channels), Window(size))
            if isPooled { try model.add(pool, "pool") }
        }
        // The two dense layers of AlexNet as convolutions: the first takes all that is left of the image.
        for size in [nil, 1] as [Int?] {
            try model.norm()
            try model.sign()
            let extents = model.signal.shape
            try model.binaryConv(model.scaled(4096), Window(size ?? extents[0], size ?? extents[1]), .valid)
        }
        try model.norm()
        try model.add(ReLU(), "relu")
        try model.add(Flatten(), "flatten")
        try model.add(Dense(classes, kernel: .real, bias: true), "dense")
        return model.build()
    }
}
