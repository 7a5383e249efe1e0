internal import BitCore

extension GraphDataset {
    /// Zachary's karate club: 34 members and the 78 ties between them (W. W. Zachary, "An information flow model for conflict and fission in small
    /// groups", Journal of Anthropological Research 33, 1977, 452–473). A node's feature is its own number.
    ///
    /// Two classes are the clubs that members joined when theirs broke apart (Zachary's table 1); member 0 led the one, member 33 the other, and they
    /// are the nodes to train on. Four classes are the partition of greatest modularity, 0.4198 (Brandes et al., "On modularity clustering",
    /// IEEE TKDE 20, 2008), as Kipf & Welling (2017) took classes from modularity; the member with most ties in each is trained on.
    /// - Precondition: 2 or 4 classes.
    public static func karateClub(classes: Int = 2) throws(DatasetError) -> GraphDataset {
        precondition(classes == 2 || classes == 4, "the karate club in \(classes) classes")
        let groups = classes == 2 ? Self.clubs : Self.communities
        let labels = (0..<34).map { member in groups.firstIndex { $0.contains(member) } ?? -1 }
        var degrees = [Int](repeating: 0, count: 34)
        let edges = Self.ties.flatMap { tie in tie.others.map { GraphEdge(tie.member, $0) } }
        for edge in edges {
            degrees[edge.u] += 1
            degrees[edge.v] += 1
        }
        let train = groups.map { group in group.max { (degrees[$0], -$0) < (degrees[$1], -$1) } ?? 0 }
        return try GraphDataset(
            name: classes == 2 ? "karate" : "karate:4", features: .identity(34), labels: labels,
            classNames: classes == 2 ? ["Mr. Hi", "John A."] : (0..<4).map(String.init), edges: edges,
            split: GraphSplit(train: train, test: (0..<34).filter { !train.contains($0) }))
    }

    private static let clubs: [[Int]] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21], [9, 14, 15, 18, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33],
    ]

    private static let communities: [[Int]] = [
        [0, 1, 2, 3, 7, 11, 12, 13, 17, 19, 21], [4, 5, 6, 10, 16], [8, 9, 14, 15, 18, 20, 22, 26, 29, 30, 32, 33], [23, 24, 25, 27, 28, 31],
    ]

    /// Ties of each member to later ones.
    private static let ties: [(member: Int, others: [Int])] = [
        (0, [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31]), (1, [2, 3, 7, 13, 17, 19, 21, 30]), (2, [3, 7, 8, 9, 13, 27, 28, 32]),
        (3, [7, 12, 13]), (4, [6, 10]), (5, [6, 10, 16]), (6, [16]), (8, [30, 32, 33]), (9, [33]), (13, [33]), (14, [32, 33]), (15, [32, 33]),
        (18, [32, 33]), (19, [33]), (20, [32, 33]), (22, [32, 33]), (23, [25, 27, 29, 32, 33]), (24, [25, 27, 31]), (25, [31]), (26, [29, 33]),
        (27, [33]), (28, [31, 33]), (29, [32, 33]), (30, [32, 33]), (31, [32, 33]), (32, [33]),
    ]
}
