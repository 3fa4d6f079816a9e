import Subprocess

extension Kubectl {
    /// Leads ports of the loopback to ports of a pod while `body` runs.
    ///
    /// By a kubectl that is ended with `body`, whatever comes of it. That a port is open doesn't mean that anything in the
    /// pod listens on its other end: then connections are closed at once.
    ///
    /// - Parameters:
    ///   - pod: Its name.
    ///   - ports: The pod's.
    ///   - limit: How long opening them may take.
    ///   - body: Is given the ports of 127.0.0.1, by the pod's.
    /// - Throws: `KubectlError` where the ports can't be had, and what `body` throws.
    func withPortForward<Result: Sendable>(
        to pod: String,
        in namespace: String,
        ports: [Int],
        within limit: Duration = .seconds(15),
        _ body: ([Int: Int]) async throws -> Result
    ) async throws -> Result {
        var options = PlatformOptions()
        options.teardownSequence = Self.ending
        let reader = PortForwardReader(ports: ports)
        let arguments =
            flags + [
                "port-forward", "--namespace=\(namespace)", "--address=127.0.0.1", "--pod-running-timeout=5s", "--",
            ]
            + ["pod/\(pod)"] + Set(ports).sorted().map { ":\($0)" }
        do {
            let result = try await Subprocess.run(
                executable,
                arguments: Arguments(arguments),
                platformOptions: options,
                input: .none,
                output: .sequence,
                error: .bytes(limit: Self.maximumErrorOutput)
            ) { kubectl -> Forwarded<Result> in
                let process = kubectl.processIdentifier.value
                ChildKeeper.shared.keep(process)
                defer { ChildKeeper.shared.release(process) }
                // It says a line for each connection, too. Nobody reads those: a pipe holds a thousand.
                let opened = try await Self.opened(reader, kubectl.standardOutput, within: limit) {
                    await kubectl.teardown(using: Self.ending)
                }
                guard case .open(let ports) = opened else { return opened.failure() }
                let result = try await body(ports)
                await kubectl.teardown(using: Self.ending)
                return .done(result)
            }
            switch result.closureResult {
            case .done(let value): return value
            case .ended: throw KubectlError(errorOutput: String(decoding: result.standardError, as: UTF8.self))
            case .late:
                throw KubectlError(.timeout, "no port of pod \(namespace)/\(pod) was opened within \(limit)")
            }
        } catch let error as SubprocessError {
            throw Self.notRun(error)
        }
    }

    /// How `body` was come to, or why not.
    private enum Forwarded<Result: Sendable>: Sendable {
        case done(Result)
        /// kubectl has ended by itself.
        case ended
        case late
    }

    /// What became of the ports.
    private enum Opened {
        case open([Int: Int])
        case ended
        case late

        func failure<Result>() -> Forwarded<Result> {
            if case .late = self { .late } else { .ended }
        }
    }

    /// Reads until all ports are open.
    ///
    /// - Parameter end: Makes kubectl end, which ends what is read.
    private static func opened(
        _ reader: PortForwardReader,
        _ output: SubprocessOutputSequence,
        within limit: Duration,
        end: @escaping @Sendable () async -> Void
    ) async throws -> Opened {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return false }
                await end()
                return true
            }
            var reader = reader
            for try await line in output.strings(bufferingPolicy: .maxLineLength(4096)) {
                reader.read(line)
                if reader.isComplete { break }
            }
            group.cancelAll()
            if reader.isComplete { return .open(reader.ports) }
            return try await group.next() == true ? .late : .ended
        }
    }
}
