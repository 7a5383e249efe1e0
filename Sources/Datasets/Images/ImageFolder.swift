public import BitCore
private import Foundation

/// JPEG and PNG files in a folder for each class, decoded when wanted and brought to one size. The view of evaluation is the centre: the shorter
/// side brought to 8/7 of the size (224 from 256, as is usual with ImageNet; below 96 pixels to the size itself) and the middle square cut out,
/// both in one resampling. A random resized crop is cut from the whole picture instead.
struct ImageFolder: ItemSource {
    /// Files of a data set and their classes.
    struct Listing: Sendable {
        var paths: [String] = []
        var labels: [Int] = []
    }

    let paths: [String]
    /// Height and width of items.
    let size: Int

    static let sizes = 1...4096
    static let defaultSize = 224
    static let maximumFiles = 20_000_000
    static let maximumClasses = 100_000
    private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

    func read(
        _ item: Int, region: (@Sendable (_ height: Int, _ width: Int) -> ImageRegion)?, into target: UnsafeMutableBufferPointer<UInt8>
    ) throws(DatasetError) {
        let image = try DecodedImage(path: paths[item])
        let extent = image.extent
        let shown = region?(extent.height, extent.width) ?? .centre(of: extent, height: size, width: size)
        image.pixels.withUnsafeBufferPointer { ImageResampling.apply($0, extent, shown, to: target, size, size) }
    }

    /// Names of the folders in a folder, sorted by their bytes; those that begin with a dot are passed over.
    static func classes(_ folder: String) throws(DatasetError) -> [String] {
        let names = try entries(folder).filter { isFolder(folder + "/" + $0) }
        guard names.count <= maximumClasses else { throw DatasetError(folder, .tooLarge(what: "classes", value: names.count, limit: maximumClasses)) }
        return names
    }

    /// All image files of the classes, class after class, in each sorted by name.
    static func list(_ folder: String, classNames: [String]) throws(DatasetError) -> Listing {
        var listing = Listing()
        for (label, name) in classNames.enumerated() where isFolder("\(folder)/\(name)") {
            for file in try entries("\(folder)/\(name)") {
                guard let dot = file.lastIndex(of: "."), extensions.contains(file[file.index(after: dot)...].lowercased()) else { continue }
                listing.paths.append("\(folder)/\(name)/\(file)")
                listing.labels.append(label)
            }
            guard listing.paths.count <= maximumFiles else {
                throw DatasetError(folder, .tooLarge(what: "files", value: listing.paths.count, limit: maximumFiles))
            }
        }
        guard !listing.paths.isEmpty else {
            throw DatasetError(folder, .badOption("holds no .jpg, .jpeg or .png files in folders named after their classes; give a folder that does"))
        }
        return listing
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func entries(_ folder: String) throws(DatasetError) -> [String] {
        do {
            // By bytes: the order is the same whatever the locale.
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw DatasetError(folder, .unreadable(reason: "its entries cannot be listed"))
        }
    }
}

extension LabelledData {
    /// A folder of images in the layout of ImageNet: `train/CLASS/…` and `val/CLASS/…` (or `test/CLASS/…` where there is no `val`); or `CLASS/…` alone, of
    /// which a part drawn by the seed is the test part. Classes are the folders' names, sorted; items are RGB, `size` × `size`, read on demand.
    /// - Parameter damaged: what is done about files that cannot be decoded; those left out stand in `leftOut`.
    /// - Throws: `DatasetError` when there is no such folder, it holds no images, or the test part has a class that the training part lacks.
    public init(
        imageFolder path: String, size: Int? = nil, testFraction: Double, seed: UInt64, damaged: DamagedImages = .fail, parallel: Parallel = .serial
    ) throws(DatasetError) {
        let name = "folder:\(path)"
        let size = size ?? ImageFolder.defaultSize
        guard ImageFolder.sizes.contains(size) else {
            throw DatasetError(name, .badOption("images of \(size) pixels a side are not made; choose 1 to \(ImageFolder.sizes.upperBound)"))
        }
        guard ImageFolder.isFolder(path) else { throw DatasetError(path, .missing(advice: "give a folder with a folder of images for each class")) }
        var leftOut: [String] = []
        func part(_ folder: String, _ classNames: [String]) throws(DatasetError) -> Dataset {
            let (listing, bad) = try ImageFolder.list(folder, classNames: classNames).checked(damaged, parallel: parallel)
            leftOut += bad
            guard !listing.paths.isEmpty else { throw DatasetError(folder, .badOption("holds no picture that can be decoded; all \(bad.count) are damaged")) }
            return try Dataset(
                name: name, itemShape: [size, size, 3], source: ImageFolder(paths: listing.paths, size: size), labels: listing.labels,
                classNames: classNames)
        }
        let training = path + "/train"
        guard ImageFolder.isFolder(training) else {
            let classes = try ImageFolder.classes(path)
            guard !classes.isEmpty else { throw DatasetError(path, .badOption("holds no folders; give one with a folder of images for each class")) }
            try self.init(part(path, classes), testFraction: testFraction, seed: seed)
            self.leftOut = leftOut
            return
        }
        let classes = try ImageFolder.classes(training)
        guard !classes.isEmpty else { throw DatasetError(training, .badOption("holds no folders; give one with a folder of images for each class")) }
        guard let testing = ["val", "test"].map({ "\(path)/\($0)" }).first(where: ImageFolder.isFolder) else {
            try self.init(part(training, classes), testFraction: testFraction, seed: seed)
            self.leftOut = leftOut
            return
        }
        let known = Set(classes)
        if let stray = try ImageFolder.classes(testing).first(where: { !known.contains($0) }) {
            throw DatasetError(
                testing, .badOption("has the class \(stray), which \(training) has not; test on classes that are trained"))
        }
        try self.init(train: part(training, classes), test: part(testing, classes))
        self.leftOut = leftOut
    }
}
