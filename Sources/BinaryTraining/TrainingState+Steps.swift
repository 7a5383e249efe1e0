internal import BinaryNN
internal import BitCore

/// What every trainer does with gradients, whatever its items are.
extension TrainingState {
    /// The clock of the step that comes next.
    func clock(_ options: TrainingOptions, stepsPerEpoch: Int) -> TrainingClock {
        TrainingClock(step: epoch * stepsPerEpoch + stepInEpoch, stepsPerEpoch: stepsPerEpoch, totalSteps: options.epochs * stepsPerEpoch)
    }

    /// What the passes of a step run on: its own stream of random numbers and its own temperature, functions of seed and clock alone, so that a
    /// resumed run goes on as the unbroken one.
    func context(_ context: ExecutionContext, _ options: TrainingOptions, at clock: TrainingClock) -> ExecutionContext {
        var context = context.drawing(seed: options.seed, step: clock.step)
        context.weightTemperature = Float(max(0, (options.weightTemperature ?? TrainingOptions.standardWeightTemperature).value(at: clock)))
        return context
    }

    func diverged(_ place: Divergence) -> TrainingError { .diverged(epoch: epoch + 1, step: stepInEpoch + 1, place) }

    /// True when the last best epoch lies `options.patience` epochs back.
    func hasStalled(_ options: TrainingOptions) -> Bool {
        guard options.patience > 0, let best else { return false }
        return epoch - best.epoch >= options.patience
    }

    /// Adds what regularisers give to the gradients, clips them, lets the optimizer make its step, and adds what that came to to the totals of the epoch.
    mutating func update(
        _ network: Network, _ gradients: inout Gradients, loss: Loss.Value, items: Int, _ clock: TrainingClock, _ options: TrainingOptions,
        _ context: ExecutionContext
    ) throws(TrainingError) {
        options.energy?.add(to: &gradients, parameters, SeededGenerator(seed: options.seed).split("hyperspherical"), context)
        let measured = options.diagnosticsInterval > 0 && clock.step % options.diagnosticsInterval == 0 ? gradients : nil
        if options.clipping != .none, !options.clipping.apply(to: &gradients, context) { throw diverged(.backward(gradients, context) ?? .loss) }
        let countFlips = options.flipInterval > 0 && clock.step % options.flipInterval == 0
        let outcome = optimizer.step(&parameters, gradients, clock, countFlips: countFlips, context)
        gradients.dropSignals()
        func name(_ id: ParameterID) -> String { network.specs[id.index].name }
        func rule(_ id: ParameterID) -> String { optimizer.rule(for: id)?.name ?? "its rule" }
        if let failure = outcome.failure { throw .rule(parameter: name(failure.parameter), rule: rule(failure.parameter), reason: failure.reason) }
        if let id = outcome.fault { throw diverged(.backward(gradients, context) ?? .update(parameter: name(id), rule: rule(id))) }
        if let measured { totals.measure(parameters, measured, optimizer, clock, context) }
        if !outcome.measures.isEmpty {
            var measures = totals.measures ?? [:]
            for (id, values) in outcome.measures { measures[name(id), default: [:]].merge(values) { $0 + $1 } }
            totals.measures = measures
        }
        totals.loss += loss.mean * Double(items)
        totals.correct += loss.correct
        totals.items += items
        for count in outcome.flips {
            totals.flips[name(count.parameter), default: .init()].flips += count.flips
            totals.flips[name(count.parameter), default: .init()].opportunities += count.count
        }
        stepInEpoch += 1
    }

    func stepReport(stepsPerEpoch: Int) -> StepReport {
        let items = Double(max(totals.items, 1))
        return StepReport(
            epoch: epoch + 1, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch, trainLoss: totals.loss / items,
            trainAccuracy: Double(totals.correct) / items)
    }

    /// Ends the epoch: its report, the best epoch so far, and totals that begin anew.
    /// - Parameter items: trained in `seconds`.
    mutating func finishEpoch(
        _ options: TrainingOptions, test: Double?, validation: Double?, seconds: Double, items: Int, steps: Int
    ) -> EpochReport {
        let totals = totals
        let last = TrainingClock(step: (epoch + 1) * steps - 1, stepsPerEpoch: steps, totalSteps: options.epochs * steps)
        var schedules: [String: Double] = [:]
        for route in optimizer.routes {
            for (name, schedule) in route.rule.schedules { schedules["\(route.rule.name).\(name)"] = schedule.value(at: last) }
        }
        epoch += 1
        stepInEpoch = 0
        self.totals = EpochTotals()
        if let accuracy = validation ?? test, accuracy > best?.accuracy ?? -1 { best = .init(epoch: epoch, accuracy: accuracy) }
        return EpochReport(
            epoch: epoch, step: epoch * steps, trainLoss: totals.loss / Double(max(totals.items, 1)),
            trainAccuracy: Double(totals.correct) / Double(max(totals.items, 1)), testAccuracy: test, validationAccuracy: validation,
            flipRatio: totals.flipRatio, flipRatios: totals.flips.mapValues(\.ratio), diagnostics: totals.layers.mapValues(\.means), schedules: schedules,
            seconds: seconds, waitSeconds: 0, imagesPerSecond: seconds > 0 ? Double(items) / seconds : 0, measures: totals.measures)
    }
}
