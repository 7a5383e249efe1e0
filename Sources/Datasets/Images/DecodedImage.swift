private import CImageCodecs

/// A picture from a JPEG or PNG file, as 8-bit RGB. Grey pictures have three equal channels; of 16 bits the upper 8 are kept; transparency, colour
/// profiles, gamma and EXIF orientation are passed over, as most training code does.
public struct DecodedImage: Sendable, Hashable {
    public let extent: ImageExtent
    public let pixels: [UInt8]

    /// Longer files are not read.
    public static let maximumBytes = 1 << 26

    /// - Throws: `DatasetError` when the file is missing, too long, neither JPEG nor PNG, damaged, or larger than is read.
    public init(path: String) throws(DatasetError) {
        try self.init(ByteSource(path: path, gzipByName: false).readAll(limit: Self.maximumBytes), name: path)
    }

    /// Reads from memory; `name` stands in errors.
    public init(_ bytes: [UInt8], name: String) throws(DatasetError) {
        var (height, width): (Int32, Int32) = (0, 0)
        var message = [CChar](repeating: 0, count: Int(SF_IMAGE_MESSAGE))
        var status = sf_image_size(bytes, bytes.count, &height, &width, &message)
        try Self.check(status, message, name)
        let extent = ImageExtent(height: Int(height), width: Int(width), channels: 3)
        // Not cleared first: of what a header announces and the file does not hold, no page is ever touched.
        pixels = [UInt8](unsafeUninitializedCapacity: extent.count) { target, filled in
            status = sf_image_decode(bytes, bytes.count, target.baseAddress, height, width, &message)
            filled = status == SF_IMAGE_OK ? extent.count : 0
        }
        try Self.check(status, message, name)
        self.extent = extent
    }

    private static func check(_ status: sf_image_status, _ message: [CChar], _ name: String) throws(DatasetError) {
        let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch status {
        case SF_IMAGE_OK: return
        case SF_IMAGE_UNKNOWN: throw DatasetError(name, .badImage(reason: "it is neither JPEG nor PNG"))
        case SF_IMAGE_TOO_LARGE:
            throw DatasetError(name, .badImage(reason: "it has more than \(SF_IMAGE_LARGEST_SIDE) pixels a side or \(SF_IMAGE_MOST_PIXELS) in all"))
        case SF_IMAGE_NO_CODEC: throw DatasetError(name, .badImage(reason: "this build has no image codecs; build with the package trait Images"))
        default: throw DatasetError(name, .badImage(reason: text.isEmpty ? "it is damaged" : "damaged: \(text)"))
        }
    }
}

extension DecodedImage {
    /// True when bytes begin like a JPEG or a PNG file.
    public static func isPicture(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
    }

    /// One brightness a pixel, Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded; a grey picture keeps its values.
    public static func grey(_ rgb: [UInt8]) -> [UInt8] {
        stride(from: 0, to: rgb.count, by: 3).map { i -> UInt8 in
            let (red, green, blue) = (Int(rgb[i]), Int(rgb[i + 1]), Int(rgb[i + 2]))
            return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
        }
    }

    /// What evaluation sees of the picture: its middle in the proportions of the target. Of a side of 96 pixels or more an eighth is cut off, as folders
    /// of images are read (224 from 256, usual with ImageNet).
    public func centred(height: Int, width: Int) -> [UInt8] {
        resampled(.centre(of: extent, height: height, width: width), height: height, width: width)
    }

    /// A region of the picture brought to another size: bilinear where it grows, antialiased where it shrinks.
    /// - Precondition: the region lies in the picture and the target is not empty.
    public func resampled(_ region: ImageRegion, height: Int, width: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: height * width * 3)
        result.withUnsafeMutableBufferPointer { target in
            pixels.withUnsafeBufferPointer { ImageResampling.apply($0, extent, region, to: target, height, width) }
        }
        return result
    }
}
