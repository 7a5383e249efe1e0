/// The version of this package, as `spinflip --version` and written files state it.
public enum Version {
    public static let current = "0.1.0"
}
