/// How much a Destination resource may hold. The schema in the CustomResourceDefinition says the same.
public enum DestinationLimits {
    /// The characters in the name of a destination or fragment; the Destination service knows no longer names.
    public static let destinationName = 1...200
    /// The most characters in the name of an instance.
    public static let instanceName = 253
    /// The ports that a Service can have.
    public static let ports = 1...65_535
    /// The most tenants of one resource, which is the most that is documented.
    public static let tenants = 2000
    /// The most bytes of all annotations together (`TotalAnnotationSizeLimitB` of the API machinery), and so of one.
    public static let annotations = 256 << 10
    /// The most findings of a rule that concerns single fields or annotations.
    static let findings = 100
}
