import Configuration
import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Admission

@Suite("Files that change under a running server")
struct FileReloaderTests {
    @Test("What is good counts, what is bad is told once and changes nothing")
    func reloads() async throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        try files.write(try CertificateFiles.identity())
        let configuration = files.directory.appending(path: "config.yaml")
        func configure(_ text: String) throws { try Data(text.utf8).write(to: configuration) }
        try configure("config: {logging: {level: warning}}")

        let test = try TestService()
        let level = LogLevelControl(option: nil)
        let reloader = FileReloader(
            configurationFile: configuration.path,
            configuration: test.settings,
            certificate: try ServedCertificate(certificateFile: files.certificate, keyFile: files.key),
            level: level,
            metrics: test.metrics,
            logger: test.log.logger,
            interval: .milliseconds(10)
        )
        // It has to have seen the files before they change.
        let task = Task { try await reloader.run() }
        defer { task.cancel() }
        func reloads(_ what: String, _ result: String) -> String? {
            test.metric("tproxy_admission_reloads_total{what=\"\(what)\",result=\"\(result)\"}")
        }

        try await eventually("a good configuration counts") {
            if level.level.level == .debug { return true }
            try configure("config: {logging: {level: debug}}\n# \(UUID())")
            try await Task.sleep(for: .milliseconds(300))
            return level.level.level == .debug
        }
        try configure("config: {loging: {}}\nclusterdomain: x")
        try await eventually("a bad one is told") { reloads("configuration", "failed") == "1" }
        #expect(test.settings.current.logLevel == .debug)
        #expect(test.log.lines.filter { $0.contains("changed configuration can't be used") }.count == 2)

        try files.write(certificateOf: try CertificateFiles.identity())
        try await eventually("half a pair is told") { reloads("certificate", "failed") == "1" }
        try files.write(try CertificateFiles.identity())
        try await eventually("the whole pair counts") { reloads("certificate", "done") == "1" }
        #expect(test.log.lines.filter { $0.contains("changed certificate can't be used") }.count == 1)
    }

    @Test("A level from the command line stays")
    func fixedLevel() {
        let level = LogLevelControl(option: .error)
        level.apply(.trace)
        #expect(level.level.level == .error)
    }
}
