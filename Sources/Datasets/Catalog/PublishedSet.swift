public import BitCore

/// A data set that others publish as files, with what is needed to find, check and fetch them.
public struct PublishedSet: Sendable, Hashable {
    public struct File: Sendable, Hashable {
        /// Name as published, with its `.gz`; the uncompressed file may lie there without it.
        public var name: String
        /// Uncompressed length.
        public var bytes: Int
        public var fingerprint: Fingerprint

        /// The name without `.gz`.
        var plainName: String { name.hasSuffix(".gz") ? String(name.dropLast(3)) : name }
    }

    /// A compressed tar archive that holds all files, in folders or not.
    public struct Archive: Sendable, Hashable {
        public var address: String
        /// Compressed length.
        public var bytes: Int
    }

    /// By what a file is known. Always of the uncompressed bytes: several gzip wrappings of the same content are in circulation.
    public enum Fingerprint: Sendable, Hashable {
        /// SHA-256 of the file, in hexadecimal.
        case whole(String)
        /// SHA-256 of the label bytes of all CIFAR records, and of the first `count` records whole; the pixels of the others go unchecked.
        case records(labels: String, count: Int, first: String)
    }

    /// What the files hold.
    public enum Format: Sendable, Hashable {
        /// Pairs of IDX files, images then labels; the last pair is the test part.
        case idx
        /// CIFAR-10 binary batches; the last file is the test part.
        case cifar
        /// Text, a line an image; every fifth is for testing.
        case semeion
        /// LIBSVM text of binary features; the last file is the test part.
        case libsvm
        /// Nodes, edges and features of a graph as text.
        case graph
    }

    public var name: String
    /// Where its files lie, below the catalogue's folder; of several the first that has them.
    public var folders: [String]
    public var format: Format
    public var title: String
    public var licence: String
    public var files: [File]
    /// Addresses of folders that hold the files, tried in this order. None when the files are not published one by one.
    public var mirrors: [String]
    /// Where there are no mirrors: an archive of all files.
    public var archive: Archive?
    /// How to come by the files where there is neither.
    public var source: String?
    public var itemShape: Shape
    public var classNames: [String]
    public var trainCount: Int
    public var testCount: Int

    /// The four files of MNIST and of sets made in its likeness.
    private init(
        likeMNIST name: String, title: String, licence: String, mirrors: [String], classNames: [String], trainImages: String, trainLabels: String,
        testImages: String, testLabels: String
    ) {
        self.name = name
        folders = [name]
        format = .idx
        self.title = title
        self.licence = licence
        self.mirrors = mirrors
        self.classNames = classNames
        itemShape = [28, 28]
        (trainCount, testCount) = (60_000, 10_000)
        files = [
            File(name: "train-images-idx3-ubyte.gz", bytes: 47_040_016, fingerprint: .whole(trainImages)),
            File(name: "train-labels-idx1-ubyte.gz", bytes: 60_008, fingerprint: .whole(trainLabels)),
            File(name: "t10k-images-idx3-ubyte.gz", bytes: 7_840_016, fingerprint: .whole(testImages)),
            File(name: "t10k-labels-idx1-ubyte.gz", bytes: 10_008, fingerprint: .whole(testLabels)),
        ]
    }

    public static let mnist = PublishedSet(
        likeMNIST: "mnist", title: "MNIST handwritten digits",
        licence: "Y. LeCun, C. Cortes, C. Burges; usually stated as CC BY-SA 3.0",
        mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
        classNames: (0...9).map(String.init),
        trainImages: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        trainLabels: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        testImages: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        testLabels: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")

    public static let fashionMNIST = PublishedSet(
        likeMNIST: "fashion-mnist", title: "Fashion-MNIST clothing", licence: "MIT, copyright 2017 Zalando SE",
        mirrors: [
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ],
        classNames: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        trainImages: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        trainLabels: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        testImages: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        testLabels: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")

    /// True where the files have an address.
    public var isFetchable: Bool { !mirrors.isEmpty || archive != nil }

    public static let all = [mnist, fashionMNIST, cifar10, cifar10JPEG, cifar10Lossless, semeion, adult, cora, citeseer, pubmed]
}
