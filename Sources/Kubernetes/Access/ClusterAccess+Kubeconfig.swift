internal import HTTPTransport
internal import ObjectModel

extension ClusterAccess {
    /// The access that a kubeconfig file describes.
    ///
    /// Tokens, token files, client certificates and CAs are understood. What needs another program to be run is not.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - context: Which of its contexts; `nil` for its `current-context`.
    /// - Throws: `ClusterAccessError` with file, line and column.
    public static func kubeconfig(path: String, context: String? = nil) throws(ClusterAccessError) -> ClusterAccess {
        try access(Kubeconfig(path: path), context: context)
    }

    static func access(_ config: Kubeconfig, context: String?) throws(ClusterAccessError) -> ClusterAccess {
        let current = FieldPath("current-context")
        let currentName = try config.text(current)
        guard let contextName = context ?? currentName else {
            throw config.error(.missing, "current-context is not set; set it, or name a context", at: current)
        }
        let context = try config.entry("contexts", "context", named: contextName, referredToAt: current)
        guard let clusterName = try config.text(context.member("cluster")) else {
            throw config.error(.missing, "the context names no cluster", at: context)
        }
        let cluster = try config.entry(
            "clusters",
            "cluster",
            named: clusterName,
            referredToAt: context.member("cluster")
        )
        var access = ClusterAccess(server: try server(config, cluster), trust: try trust(config, cluster))
        if let proxy = try config.text(cluster.member("proxy-url")) {
            guard ["http://", "https://"].contains(where: proxy.hasPrefix) else {
                throw config.error(
                    .notSupported,
                    "only http:// and https:// proxies are supported",
                    at: cluster.member("proxy-url")
                )
            }
            access.proxy = .url(proxy)
        }
        if let userName = try config.text(context.member("user")) {
            let user = try config.entry("users", "user", named: userName, referredToAt: context.member("user"))
            access.credentials = try credentials(config, user)
        }
        if let namespace = try config.text(context.member("namespace")) { access.namespace = namespace }
        return access
    }

    private static func server(_ config: Kubeconfig, _ cluster: FieldPath) throws(ClusterAccessError) -> String {
        let field = cluster.member("server")
        guard var server = try config.text(field) else {
            throw config.error(.missing, "the cluster has no server", at: cluster)
        }
        guard ["https://", "http://"].contains(where: server.hasPrefix),
            server.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !server.contains("?"), !server.contains("#"),
            !server.contains("@")
        else {
            throw config.error(.unusable, "server must be a URL such as https://host:6443", at: field)
        }
        while server.hasSuffix("/") { server.removeLast() }
        return server
    }

    private static func trust(_ config: Kubeconfig, _ cluster: FieldPath) throws(ClusterAccessError) -> HTTPTrustRoots {
        for name in ["insecure-skip-tls-verify"] where try config.flag(cluster.member(name)) {
            throw config.error(
                .notSupported,
                "the server's certificate is always verified; give its authority in certificate-authority-data instead",
                at: cluster.member(name)
            )
        }
        if config.has(cluster.member("tls-server-name")) {
            throw config.error(
                .notSupported,
                "tls-server-name is not supported; use the name in the certificate in server",
                at: cluster.member("tls-server-name")
            )
        }
        return try pem(config, cluster, "certificate-authority").map(HTTPTrustRoots.only) ?? .system
    }

    private static func credentials(
        _ config: Kubeconfig,
        _ user: FieldPath
    ) throws(ClusterAccessError) -> ClusterCredentials {
        for (name, advice) in unsupported where config.has(user.member(name)) {
            throw config.error(.notSupported, "\(name) is not supported; \(advice)", at: user.member(name))
        }
        var credentials = ClusterCredentials()
        // As in client-go, the file wins, since the text beside it is what it once held.
        if let file = try config.file(user.member("tokenFile")) {
            _ = try SmallFile.token(file)
            credentials.token = .file(file)
        } else if let token = try config.text(user.member("token")) {
            do {
                credentials.token = .text(try SmallFile.token(in: token, file: nil))
            } catch {
                throw config.error(.unusable, "this is no bearer token", at: user.member("token"))
            }
        }
        switch (try pem(config, user, "client-certificate"), try pem(config, user, "client-key")) {
        case (let certificate?, let key?):
            credentials.identity = HTTPClientIdentity(certificateChain: certificate, privateKey: key)
        case (nil, nil): break
        case (_?, nil): throw config.error(.missing, "client-certificate needs a client-key", at: user)
        case (nil, _?): throw config.error(.missing, "client-key needs a client-certificate", at: user)
        }
        return credentials
    }

    private static let unsupported: [(String, String)] = {
        let advice = "use a token, a tokenFile or a client certificate, such as those of a service account"
        return [
            ("exec", advice), ("auth-provider", advice), ("username", advice), ("password", advice),
            ("as", "bind the rights to the user itself"), ("as-uid", "bind the rights to the user itself"),
            ("as-groups", "bind the rights to the user itself"),
            ("as-user-extra", "bind the rights to the user itself"),
        ]
    }()

    /// What `NAME-data` holds, else what `NAME` points to; the file must be there.
    private static func pem(
        _ config: Kubeconfig,
        _ parent: FieldPath,
        _ name: String
    ) throws(ClusterAccessError) -> HTTPPEM? {
        if let data = try config.data(parent.member("\(name)-data")) { return .bytes(data) }
        guard let file = try config.file(parent.member(name)) else { return nil }
        do {
            _ = try SmallFile.read(file)
        } catch {
            throw config.error(.unreadable, "\(file): \(error.message)", at: parent.member(name))
        }
        return .file(file)
    }
}
