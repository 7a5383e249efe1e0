internal import BitCore

/// The planetoid graphs (Yang, Cohen, Salakhutdinov 2016) as text; see `GraphFiles`. The fingerprints are of the uncompressed text.
extension PublishedSet {
    public static let cora = PublishedSet(
        graph: "cora", folders: ["cora"], title: "Cora citations, 2,708 nodes, 5,278 edges (planetoid split)",
        licence: "planetoid MIT; McCallum et al. 2000, Sen et al. 2008 carry no stated licence", features: 1433, classes: 7, train: 140, test: 1000,
        files: [
            File(name: "nodes.csv", bytes: 31_043, fingerprint: .whole("016973dee46fe7723a90070788a69bf087bee34d4780c6130a56b8c2bba04d4e")),
            File(name: "edges.csv", bytes: 48_440, fingerprint: .whole("69a173f2ac604f48d31bae25d1e816faaa7f5d1c174270259c71e46f9a09d4aa")),
            File(name: "features.coo.csv.gz", bytes: 438_245, fingerprint: .whole("c834ccf18b80b336fd5d35aab196987cd72bd9673c721276a2b4096f324b4496")),
        ])

    public static let citeseer = PublishedSet(
        graph: "citeseer", folders: ["citeseer"], title: "Citeseer citations, 3,327 nodes, 4,552 edges (planetoid split)",
        licence: "planetoid MIT; Giles et al. 1998, Sen et al. 2008 carry no stated licence", features: 3703, classes: 6, train: 120, test: 1000,
        files: [
            File(name: "nodes.csv", bytes: 38_466, fingerprint: .whole("ec56e37932d63c32616b76f566d4c4a9c6fd59fc4938137ceba987a2cb02e752")),
            File(name: "edges.csv", bytes: 42_417, fingerprint: .whole("d9dfecb27aaac13914597d83f075885dcdddede5b41a96f00454b1ba887539a5")),
            File(name: "features.coo.csv.gz", bytes: 981_292, fingerprint: .whole("8b95b7a49d41dba104f9be7547b02a8644a20a8ea8ff52d1fd8a14cf7b3e198a")),
        ])

    /// Known with the features of the training and test nodes only, without which nothing can be trained.
    public static let pubmed = PublishedSet(
        graph: "pubmed", folders: ["pubmed", "pubmed-partial"], title: "Pubmed citations, 19,717 nodes, 44,324 edges; features of 1,060 nodes only",
        licence: "planetoid MIT; Namata et al. 2012, Sen et al. 2008 carry no stated licence", features: 500, classes: 3, train: 60, test: 1000,
        files: [
            File(name: "nodes.csv.gz", bytes: 244_788, fingerprint: .whole("3fe9a55ecbeaeb3e52336cc68b45fc54f4bdd8351ceb71cbe9663f6087e46f26")),
            File(name: "edges.csv.gz", bytes: 481_447, fingerprint: .whole("70892ab9285a5667e4f4c986af36a5d5e332d26ab7dbb6233175caa63ef89d31")),
            File(
                name: "features_train_test_only.coo.csv.gz", bytes: 1_184_155,
                fingerprint: .whole("2dd5dc5398f3a0be107f5bb2ba016b7ff74ee88f394111ff834d046bccfe0ee2")),
        ])

    private init(
        graph name: String, folders: [String], title: String, licence: String, features: Int, classes: Int, train: Int, test: Int, files: [File]
    ) {
        (self.name, self.folders, self.title, self.licence, self.files) = (name, folders, title, licence, files)
        format = .graph
        mirrors = []
        source = "make nodes.csv, edges.csv and features.coo.csv of the files ind.\(name).* of https://github.com/kimiyoung/planetoid and put them there"
        itemShape = [features]
        classNames = (0..<classes).map(String.init)
        (trainCount, testCount) = (train, test)
    }
}
