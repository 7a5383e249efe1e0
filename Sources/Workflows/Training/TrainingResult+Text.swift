internal import BinaryTraining
internal import Report

extension TrainingResult {
    /// What `spinflip train` prints.
    public var text: String {
        var rows = [
            (
                "model",
                "\(model) on \(dataset), \(optimizer), \(epochs) epoch\(epochs == 1 ? "" : "s")"
                    + (isComplete ? stoppedEarly ? " (no better one came)" : "" : " (stopped early)")
            ),
            ("test accuracy", NumberText.percent(testAccuracy)),
        ]
        if let bestEpoch, let bestAccuracy {
            let part = validationAccuracy == nil ? "test" : "validation"
            rows.append(("best epoch", "\(bestEpoch), \(part) accuracy \(NumberText.percent(bestAccuracy)); written is epoch \(modelEpoch)"))
        }
        if let trainAccuracy, let trainLoss {
            rows.append(("training", "\(NumberText.percent(trainAccuracy)), loss \(NumberText.decimal(trainLoss, 4))"))
        }
        if let imagesPerSecond {
            rows.append(("speed", "\(NumberText.compact(imagesPerSecond)) images/s; \(NumberText.duration(seconds)) in all"))
        }
        rows.append(
            (
                "memory",
                "parameters \(NumberText.bytes(memory.parameters)), optimizer \(NumberText.bytes(memory.optimizerState)), "
                    + "gradients \(NumberText.bytes(memory.gradients)); peak of the process \(NumberText.bytes(peakBytes))"
            ))
        rows.append(
            (
                "exactness",
                exactness.mismatches == 0
                    ? "packed inference and the network agree on all \(NumberText.grouped(exactness.inputs)) items"
                    : "packed inference DIFFERS on \(exactness.mismatches) of \(NumberText.grouped(exactness.inputs)) items"
            ))
        rows.append(("written", "\(modelPath), \(NumberText.grouped(modelBytes)) bytes"))
        var table = TextTable([.text(""), .text("")])
        for row in rows { table.append([row.0, row.1]) }
        return table.render()
    }
}
