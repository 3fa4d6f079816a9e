import FoundationEssentials
import Glibc

/// What can happen to an API server.
extension ControlPlane {
    /// Has etcd forget all but the present, as it does every few minutes in a cluster.
    func compactEtcd() async throws {
        let arguments = try self.apiServer().arguments
        let flag = "--etcd-servers"
        // The value stands behind the flag, or in the next argument.
        let joined = arguments.first { $0.hasPrefix(flag + "=") }.map { String($0.dropFirst(flag.count + 1)) }
        guard let etcd = joined ?? arguments.drop(while: { $0 != flag }).dropFirst().first else {
            throw Trouble(what: "it's not known where etcd is: \(arguments)")
        }
        func ask(_ path: String, _ body: String) async throws -> String {
            try await ProcessRunner.check(["/usr/bin/env", "curl", "-sSf", "-d", body, "\(etcd)\(path)"])
        }
        // The revision of any answer is the present one.
        let answer = try await ask("/v3/kv/range", #"{"key":"YQ=="}"#)
        let revision = answer.split(separator: "\"revision\":\"").dropFirst().first?.prefix(while: \.isNumber) ?? ""
        _ = try await ask("/v3/kv/compaction", #"{"revision":"\#(revision)","physical":true}"#)
    }

    /// How many watches the API server serves.
    func openWatches() async throws -> Int {
        let metrics = try await self.kubectl().check(["get", "--raw", "/metrics"])
        return metrics.split(separator: "\n").reduce(0) { sum, line in
            // The name is another since Kubernetes 1.25.
            guard line.hasPrefix("apiserver_longrunning_gauge{") || line.hasPrefix("apiserver_longrunning_requests{"),
                line.contains(#"resource="configmaps""#), line.contains(#"verb="WATCH""#)
            else { return sum }
            return sum + Int(Double(line.split(separator: " ").last ?? "") ?? 0)
        }
    }

    /// The process that serves the built-in kinds.
    func apiServer() throws -> ServerProcess {
        for name in ["core", "kube-apiserver"] {
            let path = "\(self.folder)/\(name).pid"
            if FileManager.default.fileExists(atPath: path) { return try ServerProcess(pidFile: path, self) }
        }
        throw Trouble(what: "no process id of the API server in \(self.folder)")
    }

    struct Trouble: Error, CustomStringConvertible {
        let what: String
        var description: String { self.what }
    }

    /// A server of somebody else's that can be killed and started again as it was.
    struct ServerProcess {
        let arguments: [String]
        /// It tells some servers where others are.
        private let environment: [String: String]
        private let processID: pid_t
        private let pidFile: String
        private let folder: String
        private let controlPlane: ControlPlane

        init(pidFile: String, _ controlPlane: ControlPlane) throws {
            let text = try String(contentsOf: URL(filePath: pidFile), encoding: .utf8)
            guard let processID = pid_t(text.prefix(while: \.isNumber)) else { throw Trouble(what: "no process id") }
            // Data(contentsOf:) takes the size of files in /proc at its word, which is 0.
            guard let command = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") else {
                throw Trouble(what: "process \(processID) is gone")
            }
            self.arguments = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let variables = (FileManager.default.contents(atPath: "/proc/\(processID)/environ") ?? Data())
                .split(separator: 0).map { String(decoding: $0, as: UTF8.self).split(separator: "=", maxSplits: 1) }
            self.environment = Dictionary(
                variables.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) },
                uniquingKeysWith: { first, _ in first }
            )
            self.folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(processID)/cwd")
            self.processID = processID
            self.pidFile = pidFile
            self.controlPlane = controlPlane
        }

        func kill() async throws {
            Glibc.kill(self.processID, SIGKILL)
            _ = try await eventually("process \(self.processID) to end") {
                let state = FileManager.default.contents(atPath: "/proc/\(self.processID)/stat").map {
                    String(decoding: $0, as: UTF8.self).split(separator: ") ").last?.first
                }
                return state == nil || state == "Z" ? true : nil
            }
        }

        /// Starts it again and waits until it serves. Whoever takes the control plane down finds the new process.
        func start() async throws {
            let quiet = "exec \"$@\" >>server.log 2>&1 </dev/null & echo $! >\"$0\""
            let shell = ["/usr/bin/env", "-C", self.folder, "setsid", "sh", "-c", quiet, self.pidFile]
            try await ProcessRunner.check(shell + self.arguments, environment: self.environment)
            _ = try await eventually("the API server to serve again", within: .seconds(60)) {
                try await self.controlPlane.kubectl().run(["get", "--raw", "/readyz"]).output == "ok" ? true : nil
            }
        }
    }
}

extension ControlPlane {
    /// Does something while etcd stands still.
    func withStoppedEtcd<Result>(_ body: () async throws -> Result) async throws -> Result {
        let text = try String(contentsOf: URL(filePath: "\(self.folder)/etcd.pid"), encoding: .utf8)
        guard let processID = pid_t(text.prefix(while: \.isNumber)) else {
            throw Trouble(what: "no process id of etcd")
        }
        Glibc.kill(processID, SIGSTOP)
        defer { Glibc.kill(processID, SIGCONT) }
        return try await body()
    }
}
