public import BinaryNN

/// Which parameters a route claims.
public enum ParameterPredicate: Sendable, Hashable, CustomStringConvertible {
    case encoding(ParameterEncoding)
    case role(ParameterRole)
    /// The name equals the text, or begins with it up to a dot: `dense1` claims `dense1.kernel`.
    case named(String)
    /// The name is one of these.
    case oneOf(Set<String>)
    case everythingElse

    /// `everythingElse` is settled by the optimiser: it claims what no other route does.
    func claims(_ spec: ParameterSpec) -> Bool {
        switch self {
        case .encoding(let encoding): spec.encoding == encoding
        case .role(let role): spec.role == role
        case .named(let name): spec.name == name || spec.name.hasPrefix(name + ".")
        case .oneOf(let names): names.contains(spec.name)
        case .everythingElse: false
        }
    }

    public var description: String {
        switch self {
        case .encoding(let encoding): "encoding \(encoding.rawValue)"
        case .role(let role): "role \(role.rawValue)"
        case .named(let name): "name \(name)"
        case .oneOf(let names): "names \(names.sorted().joined(separator: ", "))"
        case .everythingElse: "everything else"
        }
    }
}

/// Ordered routes from parameters to rules. A parameter claimed twice or by none, or a route that claims nothing, is an error when the
/// optimiser is bound to a network, not a silent surprise after an epoch.
public struct Optimizer: Sendable {
    public struct Route: Sendable {
        public var predicate: ParameterPredicate
        public var rule: any UpdateRule

        public init(_ predicate: ParameterPredicate, _ rule: any UpdateRule) {
            self.predicate = predicate
            self.rule = rule
        }
    }

    public var routes: [Route]

    public init(_ routes: [Route]) { self.routes = routes }

    /// Gives every trained parameter of a network its rule, and checks that rules get the signals they want.
    public func bind(to network: Network) throws(RoutingError) -> BoundOptimizer {
        let bound = try bind(to: network.specs)
        let available = network.signalParameters
        for id in bound.signalRequests.keys.sorted(by: { $0.index < $1.index }) where !available.contains(id) {
            throw .noSignals(parameter: network.specs[id.index].name, rule: bound.rule(for: id)?.name ?? "its rule")
        }
        return bound
    }

    /// Gives every trained parameter its rule.
    public func bind(to specs: [ParameterSpec]) throws(RoutingError) -> BoundOptimizer {
        var assignment: [Int?] = Array(repeating: nil, count: specs.count)
        for (index, spec) in specs.enumerated() where spec.role != .statistic {
            let claiming = routes.indices.filter { routes[$0].predicate.claims(spec) }
            if claiming.count > 1 {
                throw .claimedTwice(parameter: spec.name, first: "\(routes[claiming[0]].predicate)", second: "\(routes[claiming[1]].predicate)")
            }
            let fallback = routes.firstIndex { $0.predicate == .everythingElse }
            guard let route = claiming.first ?? fallback else { throw .unclaimed(parameter: spec.name) }
            let rule = routes[route].rule
            guard rule.encodings.contains(spec.encoding) else {
                throw .unsupportedEncoding(parameter: spec.name, encoding: spec.encoding, rule: rule.name)
            }
            assignment[index] = route
        }
        for (index, route) in routes.enumerated() where !assignment.contains(index) {
            throw .idleRoute(predicate: "\(route.predicate)", rule: route.rule.name)
        }
        return BoundOptimizer(routes: routes, specs: specs, assignment: assignment)
    }
}

public enum RoutingError: Error, Hashable, CustomStringConvertible {
    case claimedTwice(parameter: String, first: String, second: String)
    case unclaimed(parameter: String)
    case idleRoute(predicate: String, rule: String)
    case unsupportedEncoding(parameter: String, encoding: ParameterEncoding, rule: String)
    case noSignals(parameter: String, rule: String)

    public var description: String {
        switch self {
        case .claimedTwice(let parameter, let first, let second):
            "parameter \(parameter) is claimed by two routes (\(first); \(second)); make the predicates disjoint"
        case .unclaimed(let parameter): "no route claims parameter \(parameter); add a route for it or a last one for everything else"
        case .idleRoute(let predicate, let rule): "the route '\(predicate)' to \(rule) claims no parameter of this network; remove or correct it"
        case .unsupportedEncoding(let parameter, let encoding, let rule):
            "\(rule) cannot update \(parameter), which is held as \(encoding.rawValue); choose a rule or a kernel encoding that fit"
        case .noSignals(let parameter, let rule):
            "\(rule) needs signs at the inputs of \(parameter) and a layer that hands them on; binarise the input or route this parameter to another rule"
        }
    }
}
