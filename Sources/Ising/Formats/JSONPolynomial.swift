internal import BitCore

// Version 2 of the object of JSONProblem.swift, for what version 1 has no place for. Instead of `linear`, `first`, `second`, `weights` and
// `offset` it has `terms`, an object of `coefficients`, `starts` and `indices`: term t is the product of the variables
// indices[starts[t] ..< starts[t + 1]]; and `constraints`, an array of objects of `variables`, `coefficients`, `sense` ("<=", "==" or ">="),
// `bound` and perhaps `label`, a text.

extension ConstrainedProblem {
    init(json bytes: [UInt8], name: String) throws(ProblemFileError) {
        let document = try ProblemDocument(bytes, name: name)
        guard document.version == 2 else {
            self.init(try Problem(document))
            return
        }
        guard let variables = document.object["variables"]?.integer else { throw document.bad("variables is not a whole number") }
        guard let terms = document.object["terms"]?.object, let starts = terms["starts"]?.integers, let indices = terms["indices"]?.integers,
            let coefficients = terms["coefficients"]?.numbers, starts.count == coefficients.count + 1, starts.first == 0,
            starts.last == indices.count, zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw document.bad("terms is not an object of coefficients, indices and starts that cut the indices into terms") }
        // As for text files: variables that take no bytes are allowed for generously, not without limit.
        guard (0...(bytes.count + 65_536)).contains(variables) else { throw document.bad("variables is \(variables), not a plausible count") }
        let objective = try naming(name) { () throws(ProblemError) in
            var builder = try PolynomialBuilder(variables: variables, vartype: document.vartype)
            for term in coefficients.indices { try builder.add(coefficients[term], indices[starts[term]..<starts[term + 1]]) }
            return try builder.polynomial()
        }
        guard let list = document.object["constraints"]?.array else { throw document.bad("constraints is not an array") }
        var constraints: [LinearConstraint] = []
        for (index, value) in list.enumerated() {
            guard let entry = value.object, let places = entry["variables"]?.integers, let factors = entry["coefficients"]?.numbers,
                places.count == factors.count, let senseText = entry["sense"]?.string, let bound = entry["bound"]?.number
            else { throw document.bad("constraint \(index) is not an object of variables, coefficients, sense and bound") }
            guard let sense = LinearConstraint.Sense(rawValue: senseText) else {
                throw document.bad("the sense of constraint \(index) is “\(senseText.prefix(20))” instead of <=, == or >=")
            }
            guard entry["label"] == nil || entry["label"]?.string != nil else { throw document.bad("the label of constraint \(index) is not a text") }
            constraints.append(
                try naming(name) { () throws(ProblemError) in
                    try LinearConstraint(Array(zip(places, factors)), sense, bound, label: entry["label"]?.string)
                })
        }
        let (labels, collected) = (try document.labels(count: variables), constraints)
        let model = try naming(name) { () throws(ProblemError) in try ConstrainedModel(objective: objective, constraints: collected) }
        self.init(model, scale: document.scale, shift: document.shift, labels: labels)
    }

    func jsonBytes(_ model: ConstrainedModel, name: String) throws(ProblemFileError) -> [UInt8] {
        let objective = model.objective
        var object = ProblemDocument.object(version: 2, vartype: vartype, variables: variables, scale: scale, shift: shift, labels: labels)
        object["terms"] = .object([
            "starts": .array(objective.starts.map(JSONValue.integer)), "indices": .array(objective.indices.map { .integer(Int($0)) }),
            "coefficients": .array(objective.coefficients.map(JSONValue.number)),
        ])
        object["constraints"] = .array(
            model.constraints.map { constraint in
                var entry: [String: JSONValue] = [
                    "variables": .array(constraint.variables.map { .integer(Int($0)) }),
                    "coefficients": .array(constraint.coefficients.map(JSONValue.number)), "sense": .string(constraint.sense.rawValue),
                    "bound": .number(constraint.bound),
                ]
                if let label = constraint.label { entry["label"] = .string(label) }
                return .object(entry)
            })
        return try ProblemDocument.bytes(object, name: name)
    }
}
