internal import BitCore

/// Optical recognition of handwritten digits (E. Alpaydin, C. Kaynak, UCI Machine Learning Repository 1998, CC BY 4.0), the 1,797 images
/// of the UCI test part in the form that scikit-learn distributes. 8 × 8 pixels, 0…16. Embedded, so nothing needs to be fetched.
extension Dataset {
    /// All digits, in the published order.
    public static func digits() throws(DatasetError) -> Dataset {
        let table = try Dataset(
            csv: PackageResources.digits_csv_gz, source: "digits.csv.gz", name: "digits", options: CSVOptions(header: .absent))
        return try Dataset(
            name: "digits", itemShape: [8, 8], features: table.features, labels: table.labels, classNames: (0...9).map(String.init),
            encodings: .digits)
    }
}

extension LabelledData {
    /// The digits; the set has no split of its own, so the last 360 items (a fifth) are the test part.
    public static func digits() throws(DatasetError) -> LabelledData {
        try LabelledData(Dataset.digits(), lastForTest: 360)
    }
}
