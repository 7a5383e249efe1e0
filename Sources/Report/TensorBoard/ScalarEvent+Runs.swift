extension ScalarEvent {
    /// The numbers of an epoch's line of the run log, at the run's step. Tags: `loss/train`, `accuracy/…`, `flip-ratio/all`, for each
    /// layer `flip-ratio/…`, `gradient-rms/…`, `below-threshold/…` and `weight-balance/…` where these were measured, `schedule/RULE.NAME`, `speed/…`.
    public init(_ epoch: RunEvent.Epoch) {
        var scalars: [(tag: String, value: Float)] = [
            ("loss/train", Float(epoch.trainLoss)), ("accuracy/train", Float(epoch.trainAccuracy)),
        ]
        if let value = epoch.testAccuracy { scalars.append(("accuracy/test", Float(value))) }
        if let value = epoch.validationAccuracy { scalars.append(("accuracy/validation", Float(value))) }
        if let value = epoch.flipRatio { scalars.append(("flip-ratio/all", Float(value))) }
        for layer in epoch.layers {
            if let value = layer.flipRatio { scalars.append(("flip-ratio/\(layer.name)", Float(value))) }
            if let value = layer.gradientRMS { scalars.append(("gradient-rms/\(layer.name)", Float(value))) }
            if let value = layer.belowThreshold { scalars.append(("below-threshold/\(layer.name)", Float(value))) }
            if let value = layer.weightBalance { scalars.append(("weight-balance/\(layer.name)", Float(value))) }
        }
        for (name, value) in epoch.learningRates.sorted(by: { $0.key < $1.key }) { scalars.append(("schedule/\(name)", Float(value))) }
        scalars.append(("speed/images-per-second", Float(epoch.imagesPerSecond)))
        if let value = epoch.waitSeconds { scalars.append(("speed/wait-seconds", Float(value))) }
        scalars.append(("epoch", Float(epoch.epoch)))
        self.init(wallTime: epoch.time ?? 0, step: epoch.step, scalars: scalars)
    }
}
