internal import BinaryNN
internal import BitCore
public import Profiling
internal import Report

extension ModelSummary {
    /// The table that `spinflip summary` prints.
    public var text: String {
        var table = TextTable([
            .text("layer"), .text("kind"), .number("input bits"), .number("output"), .number("1-bit"), .number("32-bit"), .number("bytes"),
            .number("1×1-bit MACs"), .number("8×1-bit MACs"), .number("other ops"),
        ])
        for layer in layers {
            table.append(
                cells(
                    layer.name, layer.kind, "\(layer.inputBits)", "\(layer.outputShape)", layer.parameters, layer.bytes, layer.operations))
        }
        table.appendRule()
        table.append(cells("total", "", "", "", totals.parameters, totals.bytes, totals.operations))
        var lines = [model, "", table.render(), ""]
        lines.append(
            "\(NumberText.grouped(totals.parameterCount)) parameters in \(NumberText.bytes(totals.bytes)); as 32-bit floats "
                + "\(NumberText.bytes(totals.float32Bytes)), \(NumberText.decimal(totals.compression, 1)) times as much")
        lines.append("\(NumberText.percent(totals.binaryShare, places: 1)) of the multiply-accumulates are sign times sign")
        if let file = totals.fileBytes {
            let predicted = totals.predictedFileBytes.map { "; predicted \(NumberText.grouped($0)) bytes" } ?? ""
            lines.append("file: \(NumberText.grouped(file)) bytes\(predicted)")
        }
        return lines.joined(separator: "\n")
    }

    private func cells(
        _ name: String, _ kind: String, _ bits: String, _ shape: String, _ parameters: [String: Int], _ bytes: Int, _ operations: OperationCounts
    ) -> [String] {
        func number(_ value: Int) -> String { value == 0 ? "" : NumberText.grouped(value) }
        let others = operations.realBinaryMACs + operations.realMACs + operations.realOperations + operations.comparisons + operations.bitOperations
        return [
            name, kind, bits, shape, number(parameters["1"] ?? 0), number(parameters["32"] ?? 0), number(bytes), number(operations.binaryMACs),
            number(operations.byteBinaryMACs), number(others),
        ]
    }
}
