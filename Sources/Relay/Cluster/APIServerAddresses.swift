import Glibc
import Logging
import NameResolution

/// The addresses of the cluster's API server, as the pod's environment names it.
enum APIServerAddresses {
    /// Looks the API server's name up, where it has one. Waits for the name servers.
    static func find(_ logger: Logger) async -> Set<IPAddress> {
        guard let host = getenv("KUBERNETES_SERVICE_HOST").map({ String(cString: $0) }), !host.isEmpty else {
            return []
        }
        return await find(host, with: NameResolver(), logger)
    }

    static func find(_ host: String, with resolver: NameResolver, _ logger: Logger) async -> Set<IPAddress> {
        if let address = IPAddress(host) { return [address] }
        var addresses: Set<IPAddress> = []
        // Where the environment has a name for clients outside the cluster's network, the Service has another address.
        for name in [host, "kubernetes.default.svc"] {
            let answer = await withCheckedContinuation { continuation in
                resolver.resolve(name, for: "") { continuation.resume(returning: $0) }
            }
            switch answer {
            case .success(let found):
                addresses.formUnion(found)
            case .failure(let failure):
                logger.warning(
                    "API server's name not resolved, its addresses are not refused",
                    metadata: ["name": "\(name)", "reason": "\(failure.rawValue)"]
                )
            }
        }
        return addresses
    }
}
