import ObjectModel
import Subprocess
import SystemPackage

/// Runs kubectl, which knows how to reach the cluster and as whom: contexts, plugins for credentials, proxies.
///
/// Arguments are passed one by one and never through a shell. It may be used by several tasks at a time.
struct Kubectl: Sendable {
    /// What it has written.
    struct Output: Sendable {
        let bytes: [UInt8]
        /// What the API server warns of.
        let warnings: [String]
    }

    /// The longest output that is read. Lists are read page by page.
    private static let maximumOutput = 256 << 20
    static let maximumErrorOutput = 1 << 20

    let executable: Executable
    /// The options of every call.
    let flags: [String]
    /// How long a call may take; `nil` for as long as it takes.
    private let limit: Duration?

    /// - Parameters:
    ///   - options: For every call.
    ///   - path: Where kubectl is; otherwise it is looked for on `PATH`.
    init(_ options: KubectlOptions, path: String? = nil) {
        executable = path.map { .path(FilePath($0)) } ?? .name("kubectl")
        flags = options.flags
        limit = options.limit
    }

    /// Runs kubectl.
    ///
    /// It holds its own limit against each of its requests, and asks a server that is silent a dozen times what kinds
    /// there are. So the whole call has the same limit.
    ///
    /// - Parameters:
    ///   - arguments: The command's own; the options of every call stand before them.
    ///   - input: What it reads on standard input.
    ///   - time: How long it is to wait, by its own options, for something that isn't the server's answer.
    /// - Throws: `KubectlError` unless it succeeds.
    func run(
        _ arguments: [String],
        input: [UInt8] = [],
        waitingFor time: Duration = .zero
    ) async throws(KubectlError) -> Output {
        guard let limit = limit.map({ $0 + time }) else { return try await output(of: arguments, input) }
        let first = await withTaskGroup(of: Result<Output, KubectlError>?.self) { group in
            group.addTask {
                do throws(KubectlError) {
                    return .success(try await output(of: arguments, input))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let first else {
            let words = "the API server hasn't answered within \(limit); if it is slow, raise --request-timeout"
            throw KubectlError(.unreachable, words)
        }
        return try first.get()
    }

    private func output(of arguments: [String], _ input: [UInt8]) async throws(KubectlError) -> Output {
        let result: ExecutionResult<Void, BytesOutput, BytesOutput>
        do {
            result = try await Subprocess.run(
                executable,
                arguments: Arguments(flags + arguments),
                input: .array(input),
                output: .bytes(limit: Self.maximumOutput),
                error: .bytes(limit: Self.maximumErrorOutput)
            )
        } catch {
            throw Self.notRun(error)
        }
        let errorOutput = String(decoding: result.standardError, as: UTF8.self)
        guard result.terminationStatus.isSuccess else { throw KubectlError(errorOutput: errorOutput) }
        let prefix = "Warning: "
        let warnings = errorOutput.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
        return Output(bytes: result.standardOutput, warnings: warnings)
    }

    /// Runs kubectl and takes in what it writes as it comes. Where the task is cancelled, or `take` throws, it is ended.
    ///
    /// - Throws: `KubectlError` unless it succeeds, and what `take` throws.
    func stream(_ arguments: [String], _ take: ([UInt8]) throws -> Void) async throws {
        var options = PlatformOptions()
        options.teardownSequence = Self.ending
        let result: ExecutionResult<Void, SequenceOutput, BytesOutput>
        do {
            result = try await Subprocess.run(
                executable,
                arguments: Arguments(flags + arguments),
                platformOptions: options,
                input: .none,
                output: .sequence,
                error: .bytes(limit: Self.maximumErrorOutput)
            ) { execution in
                let process = execution.processIdentifier.value
                ChildKeeper.shared.keep(process)
                defer { ChildKeeper.shared.release(process) }
                do {
                    for try await buffer in execution.standardOutput {
                        try take(buffer.withUnsafeBytes { Array($0) })
                    }
                } catch {
                    await execution.teardown(using: Self.ending)
                    throw error
                }
            }
        } catch let error as SubprocessError {
            throw Self.notRun(error)
        }
        guard result.terminationStatus.isSuccess else {
            throw KubectlError(errorOutput: String(decoding: result.standardError, as: UTF8.self))
        }
    }

    /// How one that runs is ended: politely at first.
    static let ending = [TeardownStep.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))]

    static func notRun(_ error: any Error) -> KubectlError {
        guard let error = error as? SubprocessError else {
            return KubectlError(.other, "kubectl can't be run: \(error)")
        }
        return switch error.code {
        case .executableNotFound, .spawnFailed:
            KubectlError(
                .notInstalled,
                "kubectl can't be run; install it, put it on PATH, or name it in KUBECTL_PATH"
            )
        case .outputLimitExceeded:
            KubectlError(.other, "kubectl has written more than \(maximumOutput >> 20) MiB")
        default:
            KubectlError(.other, "kubectl can't be run: \(error)")
        }
    }
}
