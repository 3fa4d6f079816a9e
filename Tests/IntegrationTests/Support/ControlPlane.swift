import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// A real API server, one for all tests of a run: what `scripts/control-plane` starts.
///
/// Tests keep out of each other's way by working in namespaces of their own. What belongs to the whole cluster, such as
/// a CustomResourceDefinition, is for a suite's trait to set up once.
final class ControlPlane: Sendable {
    /// The administrator's.
    let kubeconfig: String
    /// What the server can do.
    let features: Features

    /// What the script made, and removes.
    private let directory: String
    private let process: ChildProcess
    private let lifeline: Lifeline
    /// That of the definition; whoever asks first starts it.
    let installation = Mutex<Task<Void, any Error>?>(nil)

    /// The one of this run; the first who asks starts it. Where it doesn't start, everybody who asks is told why.
    static var shared: ControlPlane {
        get async throws {
            let start = self.running.withLock { running in
                if let running { return running }
                // With the last reference the lifeline goes, upon which the script takes everything down.
                atexit { ControlPlane.running.withLock { $0 = nil } }
                let start = Task { try await ControlPlane() }
                running = start
                return start
            }
            return try await start.value
        }
    }

    /// Lets `body` use a control plane of its own, for what belongs to the whole cluster.
    ///
    /// - Parameter admissionConfiguration: the file with the API servers' AdmissionConfiguration.
    static func perform<Result>(
        admissionConfiguration: String? = nil,
        _ body: (ControlPlane) async throws -> Result
    ) async throws -> Result {
        let controlPlane = try await ControlPlane(admissionConfiguration: admissionConfiguration)
        do {
            let result = try await body(controlPlane)
            await controlPlane.process.stop()
            return result
        } catch {
            await controlPlane.process.stop()
            throw error
        }
    }

    private static let running = Mutex<Task<ControlPlane, any Error>?>(nil)

    /// It ended instead of serving.
    struct Failure: Error, CustomStringConvertible {
        let errorOutput: String

        var description: String { "the control plane didn't start: \(self.errorOutput.suffix(2000))" }
    }

    private init(admissionConfiguration: String? = nil) async throws {
        let directory = TemporaryDirectory.unusedPath()
        let lifeline = try Lifeline()
        let process = try ChildProcess(
            [Self.script, "run", directory],
            environment: admissionConfiguration.map { ["TPROXY_ADMISSION_CONTROL_CONFIG": $0] } ?? [:],
            lifeline: lifeline
        )
        (self.directory, self.lifeline, self.process) = (directory, lifeline, process)
        do {
            // Where `make test` hasn't built the server before, this does.
            let kubeconfig = try await eventually("the control plane to serve", within: .seconds(1200)) {
                if process.exitStatus != nil { throw Failure(errorOutput: process.errorOutput) }
                return process.output.hasSuffix("\n") ? String(process.output.dropLast()) : nil
            }
            self.kubeconfig = kubeconfig
            self.features = try await Features(
                Kubectl(kubeconfig: kubeconfig, cacheDirectory: "\(directory)/kubectl-cache"),
                isBridged: FileManager.default.fileExists(atPath: "\(directory)/crd.kubeconfig.match-conditions")
            )
        } catch {
            await process.stop()
            throw error
        }
    }

    /// kubectl as the administrator, or as the owner of another kubeconfig.
    func kubectl(as kubeconfig: String? = nil) -> Kubectl {
        Kubectl(kubeconfig: kubeconfig ?? self.kubeconfig, cacheDirectory: "\(self.directory)/kubectl-cache")
    }

    /// The path of a kubeconfig that authenticates as a user by client certificate. It has no rights until a test
    /// gives it some.
    func kubeconfig(user: String, group: String? = nil) async throws -> String {
        let command = [Self.script, "user", self.directory, user] + (group.map { [$0] } ?? [])
        return try await String(ProcessRunner.check(command).dropLast())
    }

    /// The label by which a namespace says which webhook configuration concerns it.
    static let webhookLabel = "tproxy.test/webhook"

    /// Makes a namespace that no other test has, and gives its name.
    ///
    /// - Parameter webhook: the name of the webhook configuration that concerns it; without one, none does.
    func namespace(webhook: String? = nil) async throws -> String {
        // As long every time, so that what is printed in columns always looks the same.
        let number = String(UInt64.random(in: .min ... .max), radix: 36)
        let name = "test-" + String(repeating: "0", count: 13 - number.count) + number
        let label = webhook.map { "labels: {\(Self.webhookLabel): \($0)}" } ?? ""
        try await self.kubectl().check(
            ["create", "-f", "-"],
            // kubectl takes for JSON what begins with a brace.
            input: "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(name), \(label)}\n"
        )
        return name
    }

    private static var script: String { Repository.path("scripts/control-plane") }
}
