internal import BinaryNN
internal import BitCore

extension Architecture {
    /// BaseNet and BoolNet of 18 layers (Guo et al. 2021): between the real stem and the real classifier every value that is kept is signs, in k slices.
    /// Four stages of 64, 128, 256 and 512 channels, two blocks each. G is a 3×3 convolution in k groups with replicated borders, S the k signs of
    /// its norm, r the block's shortcut:
    ///
    ///     x₁ = XNOR(S(norm(G(x))), r),   z = OR(S(norm(G(x₁))), r)
    ///
    /// r is x, and in the first block of the later stages S(norm(maxpool 2×2(binary 1×1 convolution over all slices of x))), where the first G has
    /// stride 2. The last block ends in reals: norm(G(x₁)) + norm(mean over slices of x₁), then PReLU, global average pool, dense layer.
    ///
    /// BoolNet carries 2C channels a slice between blocks: a block works on one half of them and interleaves z with the other; the first block of a stage
    /// works on all, and interleaves z with r. Behind its stem local adaptive shifting adds norm(3×3 depthwise(norm(x))) to the norm of x.
    /// ImageNet form: stem 7×7/2 – norm – max pool 3×3/2. CIFAR form: stem 3×3 – norm, no pool.
    static func booleanNetwork(
        _ kind: Architecture, _ form: BooleanForm, _ input: Signal, _ classes: Int, _ width: Double, _ isImageNet: Bool, _ options: ModelOptions
    ) throws(ShapeError) -> Network {
        let defaults = ModelDefaults(
            weightScale: .meanMagnitude(.through), padding: .replicate, initialization: .kaiming(factor: 0.01), realInitialization: .kaiming(),
            normEpsilon: 1e-5)
        var model = ModelBuilder(input, width: width, options, defaults)
        let stem = model.scaled(64)
        try model.realConv(stem, isImageNet ? Window(7, stride: 2) : Window(3), .zero, named: "stem")
        try model.norm(named: "stem-norm")
        if isImageNet { try model.add(MaxPool(Window(3, stride: 2), .replicate, margins: Margins(1)), "pool") }
        let image = model.last
        try model.norm(named: "slice-norm")
        if form.hasLocalShifting {
            let plain = model.last
            model.goOn(from: image)
            try model.norm(named: "shift-norm")
            try model.realConv(stem, Window(3), .zero, groups: stem, named: "shift")
            try model.norm(named: "shift-norm")
            try model.join(plain)
        }
        try model.signs(slices: form.slices)
        for stage in 0..<4 {
            for block in 0..<2 { try model.addBooleanBlock(kind, form, stage: stage, block: block) }
        }
        try model.add(PReLU(), "prelu")
        try model.add(GlobalAveragePool(), "mean")
        try model.add(Dense(classes, kernel: .real, bias: true), "dense")
        return model.build()
    }
}

extension ModelBuilder {
    fileprivate mutating func addBooleanBlock(_ kind: Architecture, _ form: BooleanForm, stage: Int, block: Int) throws(ShapeError) {
        let (slices, channels) = (form.slices, scaled(64 << stage))
        let (widens, isLast) = (stage > 0 && block == 0, stage == 3 && block == 1)
        let halves = widens && !(form.isDilated && stage == 3)
        // The first block of a dilated stage has the dilation of the one before.
        let dilation = form.isDilated && isLast ? 2 : 1
        var (x, other) = (last, nil as ValueID?)
        if kind == .boolNet, block > 0 {
            let whole = last
            if !isLast {
                try add(Split(1, slices: slices), "bypass", reading: whole)
                other = last
            }
            try add(Split(0, slices: slices), "half", reading: whole)
            x = last
        }
        var shortcut = x
        if widens, form.hasShortcuts {
            try binaryConv(channels, Window(1), .valid, named: "shortcut")
            if halves {
                // An odd extent keeps its last pixel, as the convolution does.
                let extents = signal.shape
                try add(
                    MaxPool(Window(2, stride: 2), .replicate, margins: Margins(top: 0, left: 0, bottom: extents[0] % 2, right: extents[1] % 2)), "pool")
            }
            try norm(named: "shortcut-norm")
            try signs(slices: slices)
            shortcut = last
            goOn(from: x)
        }
        try binaryConv(channels, Window(3, stride: halves ? 2 : 1, dilation: dilation), groups: slices)
        try norm()
        try signs(slices: slices)
        if form.hasShortcuts { try add(Xnor(), "xnor", with: shortcut) }
        let middle = last
        try binaryConv(channels, Window(3, dilation: dilation), groups: slices)
        try norm()
        if isLast {
            guard form.hasShortcuts else { return }
            let main = last
            goOn(from: middle)
            try add(SliceMean(slices: slices), "slice-mean")
            try norm(named: "mean-norm")
            try join(main)
            return
        }
        try signs(slices: slices)
        if form.hasShortcuts { try add(Or(), "or", with: shortcut) }
        if kind == .boolNet { try add(Interleave(), "shuffle", with: other ?? shortcut) }
    }
}
