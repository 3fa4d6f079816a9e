import FoundationEssentials

/// The temporary directory that the relay reads: Destinations as YAML, destinations as JSON, the authority's PEM file,
/// and where the mail goes.
struct StandaloneDirectory {
    static let namespace = "shop"
    static let resource = "mail-dest"
    static let destination = "example-dest-smtps"
    static let instance = "dest-instance"

    let path: String

    var certificateFile: String { path + "/ca.pem" }
    var mailFolder: String { path + "/mail" }

    /// Makes the directory, readable for its owner only: it will hold secrets.
    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tproxy-demo-\(UUID().uuidString)")
        path = folder.path
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(
            atPath: path + "/mail",
            withIntermediateDirectories: true,
            attributes: attributes
        )
        try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
    }

    func write(tenants: [Tenant], mailPort: Int, tokenURL: String) throws {
        try put(Self.yaml(tenants: tenants), "\(path)/\(Self.resource).yaml")
        for tenant in tenants {
            let folder = "\(path)/destinations/\(Self.instance)/\(tenant.name)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let json = try encoder.encode(Self.properties(of: tenant, mailPort: mailPort, tokenURL: tokenURL))
            try put(String(decoding: json, as: UTF8.self), "\(folder)/\(Self.destination).json")
        }
    }

    /// Removes all of it but, where asked, the mail.
    func remove(keepingMail: Bool) {
        // Left-overs in the temporary directory are no reason to fail.
        if !keepingMail {
            try? FileManager.default.removeItem(atPath: path)
            return
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where name != "mail" {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    private func put(_ text: String, _ file: String) throws {
        try Data(text.utf8).write(to: URL(filePath: file))
    }

    /// The resource of the documented multitenant sample, with its `spec:` line.
    private static func yaml(tenants: [Tenant]) -> String {
        let names = tenants.map { "\"\($0.name)\"" }.joined(separator: ", ")
        return """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata:
              name: \(resource)
              namespace: \(namespace)
              annotations:
                transparent-proxy.connectivity.api.sap/tenant-subdomains: '[\(names)]'
            spec:
              destinationRef:
                name: "\(destination)"
              destinationServiceInstanceName: \(instance)

            """
    }

    private static func properties(of tenant: Tenant, mailPort: Int, tokenURL: String) -> [String: String] {
        var properties = [
            "Name": destination, "Type": "MAIL", "ProxyType": "Internet", "Authentication": tenant.authentication,
            "mail.user": tenant.user, "mail.transport.protocol": "smtps", "mail.smtps.host": "localhost",
            "mail.smtps.port": "\(mailPort)", "mail.smtps.auth": "true",
        ]
        switch tenant.login {
        case .password:
            properties["mail.password"] = tenant.secret
        case .clientCredentials:
            properties["tokenServiceURL"] = tokenURL
            properties["tokenServiceURLType"] = "Dedicated"
            properties["clientId"] = tenant.clientID
            properties["clientSecret"] = tenant.secret
        }
        return properties
    }
}
