// A quadratic program of QPLIB with binary variables and linear constraints (Furini et al., "QPLIB: a library of quadratic programming
// instances", Math. Prog. Comp. 11, 2019, appendix B): sense, ½·xᵀQx + bᵀx + q subject to l ≤ Ax ≤ u. One item a line, in a fixed order; what
// follows the item on its line is a comment, and so are lines that start with `!`, `%` or `#`.
//
//     name, type (three letters), sense, n, [m]
//     [entries of Q, and `i j q` each]           not in problems of type L..
//     default of b, exceptions, and `i b` each;  q
//     [entries of A, and `row i a` each]         not in problems of type ..N and ..B
//     infinity
//     [defaults and exceptions of l and of u]    not in problems of type ..N and ..B
//     starting point x, [multipliers y], multipliers z: defaults and exceptions
//     names of variables, names of constraints:  exceptions
//
// Q is a lower triangle, and ½·xᵀQx is meant as it stands: an entry off the diagonal counts half, once. The paper calls Q symmetric, but the
// library's own documentation and its published solutions use the triangle.

struct QPLIBFile {
    var sense = Problem.Sense.min
    var variables = 0
    var constraints = 0
    var offset = 0.0
    var linear: [Double] = []
    var quadratic: [(i: Int32, j: Int32, value: Double)] = []
    var rows: [(constraint: Int32, variable: Int32, value: Double)] = []
    /// The bounds of each constraint; infinite ones do not bind.
    var lower: [Double] = []
    var upper: [Double] = []
    /// The names of constraints that have one.
    var names: [Int: String] = [:]

    /// Whether a text starts like a file of this format.
    static func starts(_ bytes: [UInt8], name: String) -> Bool {
        guard var lines = try? ProblemLines(bytes, name: name), lines.nextItem(), lines.nextItem() else { return false }
        let type = lines.text(0).uppercased()
        guard type.utf8.count == 3, lines.nextItem() else { return false }
        return ["minimize", "maximize"].contains(lines.text(0).lowercased())
    }

    init(_ bytes: [UInt8], name: String) throws(ProblemFileError) {
        var lines = try ProblemLines(bytes, name: name)
        try lines.item("the problem's name")
        try lines.item("the problem's type")
        let type = try Self.type(lines)
        try lines.item("the sense")
        switch lines.text(0).lowercased() {
        case "minimize": sense = .min
        case "maximize": sense = .max
        default: throw lines.fault("the sense is neither minimize nor maximize; correct it")
        }
        try lines.item("the number of variables")
        variables = try lines.variableCount(0)
        if type.isConstrained {
            try lines.item("the number of constraints")
            // A constraint takes no bytes when all its numbers are defaults, just as a variable.
            constraints = try lines.variableCount(0)
        }
        if type.isQuadratic {
            try lines.list(of: 3, "entries of Q") { (lines) throws(ProblemFileError) in
                let (i, j) = (
                    try lines.variable(0, base: 1, count: variables), try lines.variable(1, base: 1, count: variables)
                )
                guard j <= i else { throw lines.fault("is above the diagonal, and Q is a lower triangle; exchange the two variables") }
                quadratic.append((Int32(i), Int32(j), try lines.number(2)))
            }
        }
        linear = try lines.vector(count: variables, "linear coefficients")
        try lines.item("the objective's constant")
        offset = try lines.number(0)
        if type.isConstrained {
            try lines.list(of: 3, "entries of constraints") { (lines) throws(ProblemFileError) in
                let (row, variable) = (
                    try lines.variable(0, base: 1, count: constraints), try lines.variable(1, base: 1, count: variables)
                )
                rows.append((Int32(row), Int32(variable), try lines.number(2)))
            }
        }
        try lines.item("the value of infinity")
        // The library writes the greatest Double, rounded up.
        let infinity = try lines.bound(0).magnitude
        if type.isConstrained {
            lower = try lines.vector(count: constraints, "lower bounds of constraints", areBounds: true).map { $0 <= -infinity ? -.infinity : $0 }
            upper = try lines.vector(count: constraints, "upper bounds of constraints", areBounds: true).map { $0 >= infinity ? .infinity : $0 }
        }
        _ = try lines.vector(count: variables, "starting values")
        if type.isConstrained { _ = try lines.vector(count: constraints, "multipliers of constraints") }
        _ = try lines.vector(count: variables, "multipliers of variables")
        try lines.list(of: 2, "names of variables") { (lines) throws(ProblemFileError) in
            _ = try lines.variable(0, base: 1, count: variables)
        }
        // Without constraints there are files that end here.
        if type.isConstrained || lines.hasItem {
            try lines.list(of: 2, "names of constraints") { (lines) throws(ProblemFileError) in
                names[try lines.variable(0, base: 1, count: constraints)] = lines.text(1)
            }
        }
        if lines.nextItem() { throw lines.fault("goes on after the last section; remove the line or correct the counts before it") }
    }

    private static func type(_ lines: ProblemLines) throws(ProblemFileError) -> (isQuadratic: Bool, isConstrained: Bool) {
        let letters = Array(lines.text(0).uppercased())
        guard letters.count == 3, "LDCQ".contains(letters[0]), "CBMIG".contains(letters[1]), "NBLDCQ".contains(letters[2]) else {
            throw lines.fault("the problem's type is not three letters of LDCQ, CBMIG and NBLDCQ; correct it")
        }
        if letters[1] != "B" {
            throw lines.fault("the problem has variables that are not binary, and only binary ones are read; encode them as bits")
        }
        if "DCQ".contains(letters[2]) {
            throw lines.fault("the problem has quadratic constraints, and only linear ones are read; linearise them")
        }
        return (letters[0] != "L", letters[2] == "L")
    }
}

extension ProblemLines {
    /// Goes to the next line that is neither blank nor a comment.
    fileprivate mutating func nextItem() -> Bool {
        while next() {
            if !"!%#".utf8.contains(bytes[fields[0].lowerBound]) { return true }
        }
        return false
    }

    fileprivate var hasItem: Bool {
        var rest = self
        return rest.nextItem()
    }

    fileprivate mutating func item(_ what: String) throws(ProblemFileError) {
        guard nextItem() else { throw ProblemFileError(name, .endsBefore(item: what, line: number)) }
    }

    /// A count and so many lines of at least `width` fields.
    fileprivate mutating func list(
        of width: Int, _ what: String, entry: (ProblemLines) throws(ProblemFileError) -> Void
    ) throws(ProblemFileError) {
        try item("the number of \(what)")
        let count = try count(0, "number of \(what)")
        for _ in 0..<count {
            try item("\(count) \(what)")
            guard fields.count >= width else { throw fault("has \(fields.count) fields where one of the \(what) needs \(width); correct the line") }
            try entry(self)
        }
    }

    /// A default, a count, and so many lines of an index and a value.
    fileprivate mutating func vector(count: Int, _ what: String, areBounds: Bool = false) throws(ProblemFileError) -> [Double] {
        try item("the default of the \(what)")
        var values = [Double](repeating: areBounds ? try bound(0) : try number(0), count: count)
        try list(of: 2, "\(what) that are not the default") { (lines) throws(ProblemFileError) in
            values[try lines.variable(0, base: 1, count: count)] = areBounds ? try lines.bound(1) : try lines.number(1)
        }
        return values
    }
}
