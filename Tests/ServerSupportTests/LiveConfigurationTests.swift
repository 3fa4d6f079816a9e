import Configuration
import Foundation
import Logging
import ServerSupport
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite("A configuration that changes under a running server")
struct LiveConfigurationTests {
    @Test("What is good counts, what is bad is told once and changes nothing")
    func reloads() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tproxy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        func configure(_ text: String) throws { try Data(text.utf8).write(to: file) }
        try configure("config: {logging: {level: warning}}")

        let configuration = LiveConfiguration(try ServerConfiguration.read(file: file.path))
        let level = LogLevelControl(option: nil)
        let log = LogCollector()
        let failures = Mutex(0)
        let reloader = configuration.reloader(
            of: file.path,
            level: level,
            logger: log.logger,
            every: .milliseconds(10)
        ) { succeeded in
            if !succeeded { failures.withLock { $0 += 1 } }
        }
        let task = Task { try await reloader.run() }
        defer { task.cancel() }

        // The reloader has to have seen the file before it changes.
        try await eventually("a good configuration counts") {
            if level.level.level == .debug { return true }
            try configure("config: {logging: {level: debug}}\n# \(UUID())")
            try await Task.sleep(for: .milliseconds(300))
            return level.level.level == .debug
        }
        try configure("config: {loging: {}}\nclusterdomain: x")
        try await eventually("a bad one is told") { failures.withLock { $0 } == 1 }
        #expect(configuration.current.logLevel == .debug)
        #expect(log.lines.filter { $0.contains("changed configuration can't be used") }.count == 2)
        // As it is for a moment where somebody writes it in place.
        try configure("\n")
        try await eventually("one without a word is told") { failures.withLock { $0 } == 2 }
        #expect(configuration.current.logLevel == .debug)
        // However often the file was written: only what it says counts.
        #expect(log.lines.filter { $0.contains("configuration has changed") }.count == 1)
    }

    @Test("Whoever listens gets what holds, then what follows, and nothing twice")
    func values() async {
        var domain = ServerConfiguration()
        let configuration = LiveConfiguration(domain)
        var values = configuration.values.makeAsyncIterator()
        #expect(await values.next() == domain)
        configuration.replace(by: domain)
        domain.clusterDomain = "one.example"
        configuration.replace(by: domain)
        domain.clusterDomain = "two.example"
        configuration.replace(by: domain)
        #expect(await values.next()?.clusterDomain == "two.example")
    }

    @Test("A level from the command line stays")
    func fixedLevel() {
        let level = LogLevelControl(option: .error)
        level.apply(.trace)
        #expect(level.level.level == .error)
    }
}
