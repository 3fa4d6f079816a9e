import Foundation
import Testing

@testable import Kubernetes

@Suite("Access from within a pod")
struct InClusterTests {
    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "kubernetes-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [("token", "hush\n"), ("ca.crt", "PEM"), ("namespace", "shop")] {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        try body(folder)
    }

    @Test(
        "The server's URL",
        arguments: [
            ("10.0.0.1", "443", "https://10.0.0.1:443"), ("fd00::1", "6443", "https://[fd00::1]:6443"),
            ("api.example", "1", "https://api.example:1"),
        ]
    )
    func server(host: String, port: String, url: String) throws {
        try Self.withFolder { folder in
            let variables = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port]
            let access = try ClusterAccess.inCluster(environment: { variables[$0] }, folder: folder)
            #expect(access.server == url)
            #expect(access.namespace == "shop")
            #expect(access.credentials.token?.description == "\(folder)/token")
        }
    }

    @Test(
        "What can't be",
        arguments: [
            (nil, nil, .notInCluster), ("10.0.0.1", nil, .notInCluster), ("", "443", .notInCluster),
            ("10.0.0.1", "0", .unusable), ("10.0.0.1", "70000", .unusable), ("a/b", "443", .unusable),
            ("user@host", "443", .unusable),
        ] as [(String?, String?, ClusterAccessError.Code)]
    )
    func refused(host: String?, port: String?, code: ClusterAccessError.Code) throws {
        try Self.withFolder { folder in
            let variables = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port].compactMapValues(\.self)
            let error = try #require(throws: ClusterAccessError.self) {
                _ = try ClusterAccess.inCluster(environment: { variables[$0] }, folder: folder)
            }
            #expect(error.code == code)
        }
    }

    @Test("Files that are missing", arguments: ["token", "ca.crt"])
    func missingFiles(name: String) throws {
        try Self.withFolder { folder in
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            let variables = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]
            let error = try #require(throws: ClusterAccessError.self) {
                _ = try ClusterAccess.inCluster(environment: { variables[$0] }, folder: folder)
            }
            #expect(error.code == .unreadable)
            #expect(error.file == "\(folder)/\(name)")
        }
    }
}
