/// What this build of the product is. Every program's `--version` prints it.
public enum BuildInformation {
    /// The product's version, by Semantic Versioning.
    public static let version = "0.1.0"
}
