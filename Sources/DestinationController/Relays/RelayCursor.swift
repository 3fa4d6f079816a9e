/// How far the changes of a relay's routes are known.
struct RelayCursor: Hashable, Sendable {
    /// Letters, digits and the like, so that it fits into a query as it is.
    let epoch: String
    let revision: Int

    /// `nil` for what no relay says.
    init?(epoch: String, revision: Int) {
        guard !epoch.isEmpty, epoch.utf8.count <= 100, revision >= 0, epoch.utf8.allSatisfy(Self.isPlain) else {
            return nil
        }
        self.epoch = epoch
        self.revision = revision
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
