internal import Profiling
internal import Report

extension EnergyReport {
    private static let causes = ["operations"] + Traffic.Cause.allCases.map(\.rawValue)

    static func microjoules(_ value: Double) -> String { value == 0 ? "" : NumberText.decimal(value, value < 10 ? 3 : value < 1000 ? 2 : 1) }

    /// Layers, then every constant with how often it counts, then other models.
    public var text: String {
        var parts = [header, layers.render(), terms(estimate.terms).render()]
        parts.append(
            "\(Self.microjoules(estimate.totalMicrojoules)) µJ an inference, an estimate: "
                + Self.causes.map { "\($0) \(NumberText.percent((estimate.causes[$0] ?? 0) / estimate.totalMicrojoules, places: 1))" }.joined(separator: ", "))
        if !comparisons.isEmpty { parts.append(models.render()) }
        if showsSensitivity { parts += sensitivity }
        if let measured {
            parts.append(
                "measured on this machine (\(measured.counters.joined(separator: ", "))): \(NumberText.compact(measured.microjoules)) µJ an inference, "
                    + "\(NumberText.compact(measured.microjoulesAboveRest)) µJ above rest, over \(NumberText.grouped(measured.inferences)) inferences in "
                    + "\(NumberText.duration(measured.seconds)); the estimate is of another machine, and of arithmetic and memory alone")
        } else if let measuredNote {
            parts.append(measuredNote)
        }
        return parts.joined(separator: "\n\n")
    }

    private var header: String {
        let levels = estimate.levels.map { level in
            "\(level.name) \(level.bytes.map { NumberText.bytes($0) } ?? "unlimited") at \(NumberText.compact(level.picojoulesPerBit)) pJ a bit"
        }
        return """
            \(estimate.model)
            table   \(estimate.table): \(estimate.tableCitation)
            memory  \(estimate.memory): \(levels.joined(separator: ", "))
            Energy is the sum of operations × pJ and bits × pJ. Pointwise layers run on the way out of the layer before them; what flows between such
            layers stays in registers. Stored values and weights lie in the smallest level that holds them whole, weights all together.
            """
    }

    /// One row a pass. Bits carry the name of their level.
    private var layers: TextTable {
        let products: [OperationKind] = [.binaryMAC, .byteSignMAC, .realSignMAC, .realMAC].filter { kind in estimate.layers.contains { $0.operations[kind] > 0 }
        }
        var table = TextTable(
            [.text("layer"), .text("kind")] + products.map { .number("\($0.widths) MACs") } + [.number("other ops")]
                + Traffic.Cause.allCases.map { .number("\($0.rawValue) bits") } + Self.causes.map { .number("\($0) µJ") } + [.number("µJ")])
        func number(_ value: Int) -> String { value == 0 ? "" : NumberText.grouped(value) }
        for layer in estimate.layers {
            let bits = Traffic.Cause.allCases.map { cause in
                let levels = estimate.levels.map(\.name).compactMap { level -> String? in
                    let bits = layer.transfers.reduce(0) { $0 + ($1.cause == cause && $1.level == level ? $1.bits : 0) }
                    return bits == 0 ? nil : "\(NumberText.grouped(bits)) \(level)"
                }
                return levels.joined(separator: " + ")
            }
            table.append(
                [layer.members.count > 1 ? "\(layer.name) +\(layer.members.count - 1)" : layer.name, layer.kind]
                    + products.map { number(layer.operations[$0]) } + [number(layer.operations.elementwise)] + bits
                    + [Self.microjoules(layer.operationMicrojoules)] + Traffic.Cause.allCases.map { Self.microjoules(layer.microjoules($0)) }
                    + [Self.microjoules(layer.microjoules)])
        }
        table.appendRule()
        func sum(_ value: (EnergyEstimate.Layer) -> Int) -> String { number(estimate.layers.reduce(0) { $0 + value($1) }) }
        table.append(
            ["total", ""] + products.map { kind in sum { $0.operations[kind] } } + [sum(\.operations.elementwise)]
                + Traffic.Cause.allCases.map { cause in sum { $0.bits(cause) } } + Self.causes.map { Self.microjoules(estimate.causes[$0] ?? 0) }
                + [Self.microjoules(estimate.totalMicrojoules)])
        return table
    }

    private func terms(_ terms: [EnergyEstimate.Term]) -> TextTable {
        var table = TextTable([.text("constant"), .number("count"), .number("pJ each"), .number("published"), .number("µJ")])
        for term in terms where term.count > 0 {
            table.append([
                term.of == "bit" ? "a bit in \(term.name)" : term.name, NumberText.grouped(term.count), NumberText.compact(term.picojoules),
                term.lower < term.upper ? "\(NumberText.compact(term.lower))–\(NumberText.compact(term.upper))" : "", Self.microjoules(term.microjoules),
            ])
        }
        table.appendRule()
        table.append(["total", "", "", "", Self.microjoules(terms.reduce(0) { $0 + $1.microjoules })])
        return table
    }

    private var models: TextTable {
        var table = TextTable([.text("model")] + Self.causes.map { .number("\($0) µJ") } + [.number("µJ"), .number("times")])
        func append(_ name: String, _ causes: [String: Double], _ total: Double, _ ratio: Double) {
            table.append(
                [name] + Self.causes.map { Self.microjoules(causes[$0] ?? 0) } + [Self.microjoules(total), NumberText.decimal(ratio, 2)])
        }
        append(estimate.model, estimate.causes, estimate.totalMicrojoules, 1)
        for comparison in comparisons { append(comparison.model, comparison.causes, comparison.totalMicrojoules, comparison.ratio) }
        return table
    }

    private var sensitivity: [String] {
        let interval = estimate.interval
        var parts = [
            "With all constants at the low, or at the high, ends of what is published: \(Self.microjoules(interval.lowerBound)) to "
                + "\(Self.microjoules(interval.upperBound)) µJ."
        ]
        for result in comparisons.compactMap(\.sensitivity) {
            let cheaper = result.ratio > 1 ? result.model : result.other
            parts.append(
                "\(result.other) over \(result.model): \(NumberText.decimal(result.ratio, 2)) times; from \(NumberText.decimal(result.ratioLower, 2)) to "
                    + "\(NumberText.decimal(result.ratioUpper, 2)) with all constants anywhere in their ranges at once. "
                    + (result.survives ? "\(cheaper) is the cheaper one in all of them." : "Which is cheaper depends on the constants."))
            var table = TextTable([.text("one constant alone"), .number("from pJ"), .number("times"), .number("to pJ"), .number("times")])
            for single in result.singles {
                table.append([
                    single.name, NumberText.compact(single.lower), NumberText.decimal(single.atLower, 3), NumberText.compact(single.upper),
                    NumberText.decimal(single.atUpper, 3),
                ])
            }
            parts.append(table.render())
        }
        parts.append(
            (["Sources:"] + estimate.terms.filter { $0.count > 0 }.map { "  \($0.name): \($0.source)" }).joined(separator: "\n"))
        return parts
    }
}
