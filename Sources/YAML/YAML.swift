/// Reads YAML as Kubernetes does, only stricter: what `kubectl` would read one way and the next reader another way is an
/// error here.
///
/// No input makes it crash or take more than its limits allow. It is pure: nothing is opened, and files' names serve
/// messages only.
public enum YAML {
    /// What is allowed.
    public struct Limits: Hashable, Sendable {
        /// The most octets of text. etcd takes no object over 1.5 MiB.
        public var maximumLength = 2 << 20
        /// The deepest nesting of lists and mappings.
        public var maximumDepth = 64
        /// The most nodes in a text, those counted again that an alias repeats.
        public var maximumNodes = 100_000

        /// The defaults.
        public init() {}
    }

    /// Reads all documents of a text; those that are empty are left out.
    ///
    /// - Parameters:
    ///   - octets: The text in UTF-8.
    ///   - file: A name for messages.
    /// - Throws: `YAMLError` for the first fault.
    public static func documents(
        in octets: [UInt8],
        file: String? = nil,
        limits: Limits = Limits()
    ) throws(YAMLError) -> [YAMLNode] {
        let source = SourceText(octets, file: file)
        guard octets.count <= limits.maximumLength else {
            throw source.error(
                .size,
                "the text is longer than \(limits.maximumLength) bytes",
                at: SourcePosition(line: 1, column: 1)
            )
        }
        try source.check()
        guard let events = EventStream(octets) else {
            throw source.error(.size, "no memory is left to read this", at: SourcePosition(line: 1, column: 1))
        }
        var composer = Composer(events, source: source, limits: limits)
        return try composer.documents()
    }

    /// Reads all documents of a text; those that are empty are left out.
    ///
    /// - Throws: `YAMLError` for the first fault.
    public static func documents(
        in text: String,
        file: String? = nil,
        limits: Limits = Limits()
    ) throws(YAMLError) -> [YAMLNode] {
        try documents(in: Array(text.utf8), file: file, limits: limits)
    }
}
