internal import BinaryNN
internal import BitCore

extension Architecture {
    /// BinaryNet (Courbariaux et al. 2016) in the form of the Bop repositories, on 32×32×3:
    ///
    ///     B128 3×3 valid – norm – sign – B128 – pool – norm – sign – B256 – norm – sign – B256 – pool – norm – sign –
    ///     B512 – norm – sign – B512 – pool – norm – sign – D1024 – norm – sign – D1024 – norm – sign – D10 – norm
    ///
    /// All kernels are binary, the first and the last too; no biases; norms without γ, momentum 0.99, ε 1e-3. The convolutions but the first keep the
    /// image's extents, which are 32, 30, 15, 7, 3.
    static func binaryNet(_ input: Signal, _ classes: Int, _ width: Double, _ options: ModelOptions) throws(ShapeError) -> Network {
        let defaults = ModelDefaults(normScale: false, normMomentum: 0.99, normEpsilon: 1e-3)
        var model = ModelBuilder(input, width: width, options, defaults)
        for (index, channels) in [128, 128, 256, 256, 512, 512].enumerated() {
            try model.binaryConv(model.scaled(channels), Window(3), index == 0 ? .valid : nil)
            if index % 2 == 1 { try model.add(MaxPool(), "pool") }
            try model.norm()
            try model.sign()
        }
        try model.add(Flatten(), "flatten")
        for _ in 0..<2 {
            try model.binaryDense(model.scaled(1024))
            try model.norm()
            try model.sign()
        }
        try model.binaryDense(classes, isLast: true)
        try model.norm(isOutput: true)
        return model.build()
    }

    /// LeNet-5 in the widths of its Caffe form, on 28×28×1, with binary kernels and signs:
    ///
    ///     B20 5×5 valid – pool – norm – sign – B50 5×5 valid – pool – norm – sign – D500 – norm – sign – D10 – norm
    static func leNet(_ input: Signal, _ classes: Int, _ width: Double, _ options: ModelOptions) throws(ShapeError) -> Network {
        var model = ModelBuilder(input, width: width, options, ModelDefaults())
        for channels in [20, 50] {
            try model.binaryConv(model.scaled(channels), Window(5), .valid)
            try model.add(MaxPool(), "pool")
            try model.norm()
            try model.sign()
        }
        try model.add(Flatten(), "flatten")
        try model.binaryDense(model.scaled(500))
        try model.norm()
        try model.sign()
        try model.binaryDense(classes, isLast: true)
        try model.norm(isOutput: true)
        return model.build()
    }
}
