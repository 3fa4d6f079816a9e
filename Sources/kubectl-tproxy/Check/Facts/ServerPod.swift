import FoundationEssentials
import ObjectModel

/// A pod of one of the product's servers.
struct ServerPod: Hashable, Sendable {
    /// Which server it is.
    enum Server: String, Sendable, CaseIterable {
        case relay = "tproxy-relay"
        case manager = "tproxy-manager"
        case admission = "tproxy-admission"

        var title: String { String(rawValue.dropFirst("tproxy-".count)) }
    }

    let name: String
    let server: Server
    let isReady: Bool
    /// Whether it is on its way out.
    let isLeaving: Bool
    /// Why it isn't ready, in the cluster's words.
    let trouble: String?
    let image: String
    /// The port of its pages.
    let port: Int
    /// When it was started, as the cluster says.
    let startTime: String?

    /// Where the pages are unless the pod says it.
    private static let defaultPort = 9494

    init(
        name: String,
        server: Server,
        isReady: Bool,
        isLeaving: Bool = false,
        trouble: String? = nil,
        image: String = "",
        port: Int = ServerPod.defaultPort,
        startTime: String? = nil
    ) {
        self.name = name
        self.server = server
        self.isReady = isReady
        self.isLeaving = isLeaving
        self.trouble = trouble
        self.image = image
        self.port = port
        self.startTime = startTime
    }

    /// Reads a pod; `nil` for one that isn't of the product's servers, or has ended.
    init?(_ pod: ObjectValue) {
        let metadata = pod["metadata"]
        let status = pod["status"]
        guard let name = metadata?["name"]?.stringValue,
            let server = metadata?["labels"]?["app.kubernetes.io/name"]?.stringValue.flatMap(Server.init),
            status?["phase"]?.stringValue != "Succeeded", status?["phase"]?.stringValue != "Failed"
        else { return nil }
        let container = pod["spec"]?["containers"]?.arrayValue?.first
        let state = status?["containerStatuses"]?.arrayValue?.first?["state"]
        let conditions = status?["conditions"]?.arrayValue ?? []
        func condition(_ type: String) -> ObjectValue? { conditions.first { $0["type"] == .string(type) } }
        let scheduling = condition("PodScheduled")
        let metrics = container?["ports"]?.arrayValue?.first { $0["name"] == .string("metrics") }
        self.init(
            name: name,
            server: server,
            isReady: condition("Ready")?["status"] == .string("True"),
            isLeaving: metadata?["deletionTimestamp"] != nil,
            trouble: state?["waiting"]?["reason"]?.stringValue ?? state?["terminated"]?["reason"]?.stringValue
                ?? (scheduling?["status"] == .string("False") ? scheduling?["message"]?.stringValue : nil),
            image: container?["image"]?.stringValue ?? "",
            port: metrics?["containerPort"]?.integerValue.flatMap { (1...65_535).contains($0) ? $0 : nil }
                ?? Self.defaultPort,
            startTime: status?["startTime"]?.stringValue
        )
    }
}

extension ServerPod {
    /// For how many seconds it has been there; `nil` where the cluster doesn't say.
    func age(at time: Date) -> TimeInterval? {
        startTime.flatMap { try? Date($0, strategy: .iso8601) }.map(time.timeIntervalSince)
    }
}

extension [ServerPod] {
    func of(_ server: ServerPod.Server) -> [ServerPod] {
        filter { $0.server == server && !$0.isLeaving }
    }
}
