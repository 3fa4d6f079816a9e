import Foundation
import ObjectModel
import TLS
import TestSupport
import Testing

@testable import Admission

@Suite("Clients that have to show a certificate")
struct ClientCertificateTests {
    private let authority: CertificateAuthority
    private let files: CertificateFiles
    private var authorityFile: String { files.directory.appending(path: "ca.crt").path }

    init() throws {
        authority = try CertificateAuthority(name: "Clients", validity: .test)
        files = try CertificateFiles()
        try files.write(try CertificateFiles.identity())
        try write(authority)
    }

    private func write(_ authority: CertificateAuthority) throws {
        try Data(authority.certificatePEM).write(to: URL(filePath: authorityFile))
    }

    private func client(_ name: String?, of authority: CertificateAuthority? = nil) throws -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        configuration.verification = .none
        if let name {
            let leaf = LeafCertificate(dnsNames: [name], validity: .test, usage: .client)
            configuration.identity = try (authority ?? self.authority).issue(leaf)
        }
        return try TLSClientContext(configuration)
    }

    private func withServer(
        _ names: Set<String> = [],
        _ body: (TestServer, ServedCertificate) async throws -> Void
    ) async throws {
        let served = try ServedCertificate(
            certificateFile: files.certificate,
            keyFile: files.key,
            clientCAFile: authorityFile
        )
        let server = try await TestServer(tls: served.server, access: .certificate(names: names))
        do {
            try await body(server, served)
        } catch {
            await server.close()
            throw error
        }
        await server.close()
        files.remove()
    }

    /// The status of a review, sent over a connection of its own.
    private func status(
        _ server: TestServer,
        _ name: String?,
        of authority: CertificateAuthority? = nil
    ) async throws -> Int {
        let client = try await RawClient.connect(to: server.port, tls: client(name, of: authority))
        client.send(RawClient.post(Reviews.review().json()))
        let status = try await client.answer().status
        await client.close()
        return status
    }

    @Test("reviews need one, probes and metrics don't")
    func required() async throws {
        try await withServer { server, _ in
            #expect(try await status(server, "kube-apiserver") == 200)
            let stranger = try await RawClient.connect(to: server.port, tls: client(nil))
            stranger.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await stranger.nextAnswer().status == 200)
            stranger.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await stranger.nextAnswer().status == 200)
            // Refused by its head: no byte of the body has been sent.
            stranger.send(
                "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
            )
            let answer = try await stranger.nextAnswer()
            #expect(answer.status == 403 && answer.isLast)
            try await stranger.end()
            #expect(server.environment.bodies.used == 0)
        }
    }

    @Test("only the names that are allowed may send reviews")
    func names() async throws {
        try await withServer(["kube-apiserver", "front-proxy"]) { server, _ in
            var statuses: [Int] = []
            for name in ["front-proxy", "kubelet", nil] { statuses.append(try await status(server, name)) }
            #expect(statuses == [200, 403, 403])
        }
    }

    @Test("a certificate of another authority ends the connection")
    func otherAuthority() async throws {
        try await withServer { server, _ in
            let other = try CertificateAuthority(name: "Clients", validity: .test)
            let client = try await RawClient.connect(to: server.port, tls: client("kube-apiserver", of: other))
            client.send(RawClient.post(Reviews.review().json()))
            try await client.end()
            #expect(client.received.isEmpty)
        }
    }

    @Test("changed authorities count for the connections to come")
    func reload() async throws {
        try await withServer { server, served in
            let other = try CertificateAuthority(name: "Others", validity: .test)
            try write(other)
            try served.reload()
            #expect(try await status(server, "kube-apiserver", of: other) == 200)
        }
    }
}
