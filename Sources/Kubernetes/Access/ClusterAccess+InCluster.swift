internal import Glibc
internal import HTTPTransport
internal import ObjectModel

extension ClusterAccess {
    /// The access of the pod that this process runs in, by its service account.
    ///
    /// - Throws: `notInCluster`, or `unreadable` for the files.
    public static func inCluster() throws(ClusterAccessError) -> ClusterAccess {
        try inCluster(
            environment: { name in getenv(name).map { String(cString: $0) } },
            folder: "/var/run/secrets/kubernetes.io/serviceaccount"
        )
    }

    static func inCluster(
        environment: (String) -> String?,
        folder: String
    ) throws(ClusterAccessError) -> ClusterAccess {
        guard let host = environment("KUBERNETES_SERVICE_HOST"), !host.isEmpty,
            let port = environment("KUBERNETES_SERVICE_PORT"), !port.isEmpty
        else {
            throw ClusterAccessError(
                .notInCluster,
                "not running in a Kubernetes pod; name a kubeconfig file with --kubeconfig"
            )
        }
        guard let port = UInt16(port), port > 0, host.utf8.allSatisfy(isHostOctet) else {
            throw ClusterAccessError(
                .unusable,
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be an address and a port"
            )
        }
        // Reading them once finds out now what would else come out with the first request.
        _ = try SmallFile.token(folder + "/token")
        _ = try SmallFile.read(folder + "/ca.crt")
        let namespace = (try? SmallFile.token(folder + "/namespace")) ?? "default"
        return ClusterAccess(
            server: host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)",
            trust: .only(.file(folder + "/ca.crt")),
            credentials: ClusterCredentials(token: .file(folder + "/token")),
            namespace: namespace,
            // The API server is next door: a proxy for the outside world must not see its tokens.
            proxy: .none
        )
    }

    private static func isHostOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default:
            false
        }
    }
}
