/// A Secret as it was read. Holds secrets: prints as `<redacted>`.
struct SecretContent: Sendable, Hashable {
    /// The version that a write must find again.
    var resourceVersion: String
    /// `metadata.labels`.
    var labels: [String: String]
    /// `metadata.annotations`.
    var annotations: [String: String]
    /// `data`, decoded. What is no Base64 reads as empty.
    var data: [String: [UInt8]]
    /// Whether its data can never be changed again.
    var isImmutable: Bool
    /// The `apiVersion` of each owner.
    var ownerAPIVersions: [String]

    /// Puts a Secret together.
    init(
        resourceVersion: String,
        labels: [String: String] = [:],
        annotations: [String: String] = [:],
        data: [String: [UInt8]] = [:],
        isImmutable: Bool = false,
        ownerAPIVersions: [String] = []
    ) {
        self.resourceVersion = resourceVersion
        self.labels = labels
        self.annotations = annotations
        self.data = data
        self.isImmutable = isImmutable
        self.ownerAPIVersions = ownerAPIVersions
    }

    var isMarkedAsOurs: Bool { labels[Marks.managedByLabel] == Marks.managedBy }

    var isOfCertManager: Bool {
        annotations[Marks.certManagerCertificate] != nil
            || ownerAPIVersions.contains { $0.hasPrefix(Marks.certManagerGroup) }
    }
}

extension SecretContent: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    var description: String { "<redacted>" }
    /// Always `<redacted>`.
    var debugDescription: String { description }
    /// Shows no parts, so that `dump` can't print a key either.
    var customMirror: Mirror { Mirror(self, children: []) }
}
