public import ArgumentParser
import Glibc

/// A command that a later release will have. Whatever it is given, it says so on standard error and exits with 64
/// (`EX_USAGE`); `--help` works.
public protocol PlannedCommand: ParsableCommand {
    /// How a person calls the command, such as `kubectl tproxy create`.
    static var invocation: String { get }
    /// The version that doesn't have it.
    static var version: String { get }
}

extension PlannedCommand {
    /// What a person who calls the command is told.
    public static var notice: String {
        "\(invocation): version \(version) does not have this command yet; a later release will"
    }

    public func run() throws {
        let line = Array("\(Self.notice)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        throw ExitCode.validationFailure
    }
}
