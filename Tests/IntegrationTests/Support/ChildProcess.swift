import FoundationEssentials
import Glibc
import Synchronization

/// How a process ended.
enum ExitStatus: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
}

/// A program could not be started.
struct SpawnFailure: Error, CustomStringConvertible {
    let program: String
    let code: Int32

    var description: String { "can't start \(self.program): \(String(cString: strerror(self.code)))" }
}

/// A program that a test started, and ends by its own process id.
///
/// Its output goes into files, so nobody has to keep reading while it runs. Who starts one also calls `stop` or
/// `waitUntilExit`, which take the ended process out of the process table.
final class ChildProcess: Sendable {
    let processID: pid_t
    private let directory: TemporaryDirectory
    private let status = Mutex<ExitStatus?>(nil)

    /// - Parameters:
    ///   - command: the program's absolute path and its arguments.
    ///   - environment: variables beyond those of the test's own process.
    ///   - input: what the program reads on standard input.
    ///   - lifeline: takes the input's place: it ends when this process does.
    init(
        _ command: [String],
        environment: [String: String] = [:],
        input: String = "",
        lifeline: Lifeline? = nil
    ) throws {
        self.directory = try TemporaryDirectory()
        let inputPath = try self.directory.write(input, to: "in")

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let lifeline {
            posix_spawn_file_actions_adddup2(&actions, lifeline.readEnd, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, inputPath, O_RDONLY, 0)
        }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, self.directory.path("out"), flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, self.directory.path("err"), flags, 0o600)
        // A listener of this process's would otherwise live on in it.
        for descriptor in Self.openDescriptors where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        // A test runs on a thread that blocks all signals; a program that inherited that could not be ended by one.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var processID: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(variables) { posix_spawn(&processID, command[0], &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw SpawnFailure(program: command[0], code: code) }
        self.processID = processID
    }

    private static var openDescriptors: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap(Int32.init)
    }

    /// What it has written so far.
    var output: String { self.directory.read("out") }
    var errorOutput: String { self.directory.read("err") }

    /// How it ended; `nil` while it runs.
    var exitStatus: ExitStatus? {
        self.status.withLock { status in
            if let status { return status }
            var code: Int32 = 0
            guard waitpid(self.processID, &code, WNOHANG) == self.processID else { return nil }
            // wait(2): the low seven bits hold the signal, the byte above them the exit code.
            status = code & 0x7f == 0 ? .exited(code >> 8 & 0xff) : .killed(signal: code & 0x7f)
            return status
        }
    }

    /// Sends a signal, unless the process has ended: its id may be another's by then.
    func signal(_ number: Int32) {
        self.status.withLock { status in
            if status == nil { kill(self.processID, number) }
        }
    }

    @discardableResult
    func waitUntilExit(within limit: Duration = .seconds(30)) async throws -> ExitStatus {
        try await eventually("process \(self.processID) to end", within: limit) { self.exitStatus }
    }

    /// Asks the process to end, and kills it where it doesn't.
    func stop(within limit: Duration = .seconds(20)) async {
        self.signal(SIGTERM)
        do {
            try await self.waitUntilExit(within: limit)
        } catch {
            self.signal(SIGKILL)
            _ = try? await self.waitUntilExit()
        }
    }
}

/// Calls `body` with a null-terminated array of C strings, as `posix_spawn` takes them.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    var pointers = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    pointers.append(nil)
    return body(pointers)
}
