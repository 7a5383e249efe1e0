internal import ArgumentParser
internal import QUBOTraining
internal import Workflows

struct QUBOVerify: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Prove by enumeration that a form of the training is exact.",
        discussion: """
            For every weight vector the least energy over all other bits is compared with the objective of the network's forward pass. Small networks only: \
            the steps are estimated first. Exit status 1 says that the form is not exact, and shows where.
            """)

    @OptionGroup var task: DiscreteTaskOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let request = try FormRequest(
            task.request(seed: common.seed), objective: task.objective, form: form.form, penalties: form.penalties, data.catalog)
        let report: FormVerificationReport
        do {
            report = try request.verify(terminal.control)
        } catch ProofError.stopped {
            terminal.note("\(ProofError.stopped)")
            return .interrupted
        }
        for warning in report.source.warnings { terminal.warn(warning) }
        terminal.finish(report) { report.text }
        return report.holds ? .done : .targetNotMet
    }
}
