/// A Dovecot of its own: configuration, sockets, state and log in a directory of its own.
final class Dovecot: Sendable {
    private static let program = "/usr/sbin/dovecot"

    private let process: ChildProcess
    private let directory: TemporaryDirectory

    /// Starts Dovecot and waits until `ready` says that it serves.
    ///
    /// - Parameters:
    ///   - directory: where it keeps everything; its log is `dovecot.log` there.
    ///   - settings: the configuration, beyond where the files are.
    init(directory: TemporaryDirectory, settings: String, ready: () -> Bool) async throws {
        self.directory = directory
        let configuration = try directory.write(
            """
            base_dir = \(directory.path("run"))
            state_dir = \(directory.path("state"))
            log_path = \(directory.path("dovecot.log"))
            listen = 127.0.0.1
            auth_failure_delay = 0
            \(settings)
            """,
            to: "dovecot.conf"
        )
        self.process = try ChildProcess([Self.program, "-F", "-c", configuration])
        do {
            _ = try await eventually("Dovecot to serve") { ready() ? true : self.process.exitStatus.map { _ in false } }
        } catch {
            await self.process.stop()
            throw error
        }
        guard self.process.exitStatus == nil else { throw Failure(output: self.process.errorOutput + self.log) }
    }

    /// Dovecot ended instead of serving.
    struct Failure: Error {
        let output: String
    }

    var log: String { self.directory.read("dovecot.log") }

    /// Its master ends on SIGTERM and ends the processes it started before.
    func stop() async { await self.process.stop() }
}
