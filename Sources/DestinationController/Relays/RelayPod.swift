internal import Kubernetes
internal import ObjectModel

/// A relay as the cluster sees it, and where its pages are.
struct RelayPod: Hashable, Sendable {
    /// `metadata.uid`: a pod that is made again under the same name is another one.
    let uid: String
    let name: String
    /// An IP address.
    let address: String
    let port: Int
    /// How often its containers were started anew: what they said before that is nothing they do now.
    let restarts: Int
    /// Whether connections are led to it.
    let isReady: Bool

    /// Where the pages are unless the pod says it.
    static let defaultPort = 9494

    init(uid: String, name: String, address: String, port: Int, restarts: Int = 0, isReady: Bool = true) {
        self.uid = uid
        self.name = name
        self.address = address
        self.port = port
        self.restarts = restarts
        self.isReady = isReady
    }

    /// Reads a pod; `nil` unless it has an address, and isn't on its way out.
    init?(_ pod: ObjectValue) {
        let metadata = pod.metadata
        guard !metadata.isBeingDeleted, !metadata.uid.isEmpty, let status = pod["status"],
            status["phase"]?.stringValue != "Succeeded", status["phase"]?.stringValue != "Failed",
            let address = status["podIP"]?.stringValue, Self.isAddress(address)
        else { return nil }
        let containers = pod["spec"]?["containers"]?.arrayValue ?? []
        let ports = containers.flatMap { $0["ports"]?.arrayValue ?? [] }
        let named = ports.first { $0["name"]?.stringValue == "metrics" }?["containerPort"]?.integerValue
        let port = named.flatMap { (1...65_535).contains($0) ? $0 : nil }
        self.init(
            uid: metadata.uid,
            name: metadata.name,
            address: address,
            port: port ?? Self.defaultPort,
            restarts: (status["containerStatuses"]?.arrayValue ?? []).reduce(0) { sum, container in
                sum &+ (container["restartCount"]?.integerValue ?? 0)
            },
            isReady: status["conditions"]?.arrayValue?.contains(where: Self.isReady) == true
        )
    }

    /// What stays the same for as long as it is the same relay.
    struct Place: Hashable, Sendable {
        let uid: String
        let address: String
        let port: Int
        let restarts: Int
    }

    var place: Place { Place(uid: uid, address: address, port: port, restarts: restarts) }

    /// The page that tells of changes.
    ///
    /// - Parameter cursor: How far they are known.
    func changes(after cursor: RelayCursor?, wait: Int) -> String {
        let host = address.contains(":") ? "[\(address)]" : address
        let page = "http://\(host):\(port)/routes/changes"
        guard let cursor else { return page }
        return "\(page)?epoch=\(cursor.epoch)&after=\(cursor.revision)&wait=\(wait)"
    }

    private static func isReady(_ condition: ObjectValue) -> Bool {
        condition["type"] == .string("Ready") && condition["status"] == .string("True")
    }

    /// Whether a text can be nothing else than an address in a URL.
    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 45
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}
