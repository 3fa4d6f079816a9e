import Logging
import ServerSupport
import TestSupport
import Testing

@testable import Admission

@Suite("Certificates that change under a running server")
struct CertificateReloadTests {
    @Test("Half a pair is told once and not served; the whole pair counts")
    func reloads() async throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        try files.write(try CertificateFiles.identity())
        let test = try TestService()
        let certificate = try ServedCertificate(certificateFile: files.certificate, keyFile: files.key)
        let reloader = certificate.reloader(
            metrics: test.metrics,
            logger: test.log.logger,
            every: .milliseconds(10)
        )
        let task = Task { try await reloader.run() }
        defer { task.cancel() }
        func reloads(_ result: String) -> String? {
            test.metric("tproxy_admission_reloads_total{what=\"certificate\",result=\"\(result)\"}")
        }

        // The reloader has to have seen the files before they change.
        try await eventually("half a pair is told") {
            if reloads("failed") != "0" { return true }
            try files.write(certificateOf: try CertificateFiles.identity())
            try await Task.sleep(for: .milliseconds(300))
            return reloads("failed") != "0"
        }
        try files.write(try CertificateFiles.identity())
        try await eventually("the whole pair counts") { reloads("done") == "1" }
        #expect(test.log.contains("changed certificate can't be used"))
    }
}
