internal import BitCore

/// CIFAR-10 (A. Krizhevsky, V. Nair, G. Hinton, "Learning Multiple Layers of Features from Tiny Images", 2009) and two relatives of it. The
/// name `cifar10` is for the published pixels alone: an accuracy on any other pixels is a figure of its own.
extension PublishedSet {
    private init(likeCIFAR10 name: String, folders: [String], title: String, files: [File], archive: Archive? = nil, source: String? = nil) {
        self.name = name
        self.folders = folders
        self.title = title
        self.files = files
        self.archive = archive
        self.source = source
        format = .cifar
        licence = "none stated; cite A. Krizhevsky 2009"
        mirrors = []
        itemShape = [CIFARBatch.side, CIFARBatch.side, CIFARBatch.channels]
        classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
        let counts = files.map { $0.bytes / CIFARBatch.recordLength }
        trainCount = counts.dropLast().reduce(0, +)
        testCount = counts[counts.count - 1]
    }

    private static let batchBytes = 10_000 * CIFARBatch.recordLength

    /// The published set: six binary batches of 10,000 records. Known by all their labels, in order, and by the first records of the first
    /// and of the test batch; copies whose pixels went through JPEG do not pass.
    public static let cifar10 = PublishedSet(
        likeCIFAR10: "cifar10", folders: ["cifar10", "cifar10/cifar-10-batches-bin"], title: "CIFAR-10, as published",
        files: zip(
            [
                "d829dbdf32167c9d7b3687cee66d92d80d46c441308b5aca0d11e8b69e27dac9", "5d18f7371ed35ea9ade77952fe958b0660a45cd6c8b8a8970030f21612cfd7e3",
                "32cf77b0ee2e790b1c4384d2d82e42dc1571b87e67f6da8f444b2725b2973f65", "d2815e3f8f656272864920fc0edde56b04ec9cf81bf397c0dd3069f4aea51aeb",
                "2ddf3ab27d5d04409c94ce7b56849c243129c10de1058ae0bfe14c77e934800c",
            ], 1...
        ).map { labels, number in
            File(
                name: "data_batch_\(number).bin.gz", bytes: batchBytes,
                fingerprint: .records(
                    labels: labels, count: number == 1 ? 2000 : 0, first: number == 1 ? losslessTrain : SHA256.hexadecimal([])))
        } + [
            File(
                name: "test_batch.bin.gz", bytes: batchBytes,
                fingerprint: .records(
                    labels: "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5", count: 1000, first: losslessTest))
        ],
        archive: Archive(address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", bytes: 170_052_171))

    /// Pictures of the first two batches and of the test batch that went through JPEG (quality 75, 4:2:0) and back.
    public static let cifar10JPEG = PublishedSet(
        likeCIFAR10: "cifar10-jpeg", folders: ["cifar10/jpeg-derived"], title: "CIFAR-10 through lossy JPEG: not the published pixels",
        files: [
            File(
                name: "data_batch_1.bin.gz", bytes: batchBytes,
                fingerprint: .whole("8da035fc1631e8ce5f25904206b8993b0f3ad02a504c0584d662e806fd76c12b")),
            File(
                name: "data_batch_2.bin.gz", bytes: batchBytes,
                fingerprint: .whole("106eeaad9f1fa7a999292fdafe68ee909080f58aee038a76994035aedf40ba26")),
            File(
                name: "test_batch.bin.gz", bytes: batchBytes,
                fingerprint: .whole("0ce179d0c0a5220739d6223197952896644ceabb648dacfdebd7f06789af543f")),
        ],
        source: "put the three batches there; Datasets/README.md says what they are")

    /// The first records of the published batches, unchanged.
    public static let cifar10Lossless = PublishedSet(
        likeCIFAR10: "cifar10-lossless", folders: ["cifar10/lossless"], title: "CIFAR-10, the first 2,000 + 1,000 as published",
        files: [
            File(name: "data_batch_1_first2000.bin.gz", bytes: 2000 * CIFARBatch.recordLength, fingerprint: .whole(losslessTrain)),
            File(name: "test_batch_first1000.bin.gz", bytes: 1000 * CIFARBatch.recordLength, fingerprint: .whole(losslessTest)),
        ],
        source: "cut the first 2,000 records from data_batch_1.bin and 1,000 from test_batch.bin of CIFAR-10, and put them there")

    private static let losslessTrain = "eae30ce617c27eb358b2409617ac9c388f67c480af37b07393173a79541bb8f4"
    private static let losslessTest = "8314c96d7cd65618193bab23acdd5d4c4af15bf6dd00a1781d55beedf3be1ef5"
}
