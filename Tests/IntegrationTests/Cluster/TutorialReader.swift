import FoundationEssentials
import ObjectModel
import TestSupport
import Testing

/// Somebody who does what the tutorial says, in a folder beside the manifests. Where the page has an example's values, the
/// test has those of its servers.
final class TutorialReader: Sendable {
    private let cluster: Cluster
    private let outside: OutsideWorld
    private let directory: TemporaryDirectory
    private let accounts: MailServers.Accounts
    private let recipients = ["you@example.com": MailAccount.recipient(), "them@example.com": MailAccount.recipient()]
    private let isOld: Bool

    private init(_ cluster: Cluster, _ outside: OutsideWorld, _ directory: TemporaryDirectory) async throws {
        (self.cluster, self.outside, self.directory) = (cluster, outside, directory)
        self.accounts = try MailServers.current.accounts
        let versions = try await cluster.kubectl.check(["api-versions"]).split(separator: "\n")
        self.isOld = !versions.contains("policy/v1")
    }

    /// Starts a cluster, lets `body` use it, and takes down whatever there is.
    static func with(_ body: (TutorialReader) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        Progress.say("starting a cluster for the tutorial")
        let cluster = try await Cluster(directory: directory)
        var outside: OutsideWorld?
        do {
            if cluster.isShared { try await cluster.kubectl.requireUnused() }
            let world = try await OutsideWorld(cluster, servers: MailServers.current)
            outside = world
            try await cluster.loadImages(directory)
            let reader = try await TutorialReader(cluster, world, directory)
            try await reader.prepare()
            try await body(reader)
        } catch {
            await outside?.stop()
            await cluster.stop()
            throw error
        }
        await outside?.stop()
        await cluster.stop()
    }

    /// What readers have before they begin: the repository, and a kubectl that fits their cluster.
    private func prepare() async throws {
        try await ProcessRunner.check(["/bin/cp", "-r", Repository.path("manifests"), self.directory.path("manifests")])
        // Old servers lack fields in their schemas; and the namespace's label is set by Kubernetes since 1.22.
        let old = """
            case "$1 $2" in
            "apply "*) shift; set -- apply --validate=false "$@" ;;
            "create namespace") "$kubectl" "$@" || exit; set -- label namespace "$3" "kubernetes.io/metadata.name=$3" ; exec >/dev/null ;;
            esac
            """
        let path = try self.directory.makeDirectory("bin") + "/kubectl"
        let script = """
            #!/bin/sh
            kubectl=$(PATH=/usr/local/bin:/usr/bin:/bin command -v kubectl)
            \(self.isOld ? old : "")
            exec "$kubectl" "$@"

            """
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// Writes one of the page's files.
    func write(_ content: String, to path: String) throws {
        var content = content
        for (example, own) in self.values { content = content.replacing(example, with: own) }
        switch path {
        case "my-cluster/kustomization.yaml": content += try self.patches()
        // The mail server's certificate is of an authority of the test's.
        case "my-cluster/config.yaml": content += "    additionalCAs: {secretName: \(Self.authorities)}\n"
        case "my-cluster/mail-dest.yaml":
            let secret = try self.outside.additionalAuthorities(in: ClusterSite.namespace)
            content += "---\n" + String(decoding: secret.json(), as: UTF8.self) + "\n"
        default: break
        }
        try content.write(toFile: self.directory.path(path), atomically: true, encoding: .utf8)
    }

    /// Types a command, and gives what is seen then, with the example's values in it, and whether it went well.
    func type(_ line: String) async throws -> (output: String, isGood: Bool) {
        let path = [
            self.directory.path("bin"), "\(Programs.path("").dropLast())", "/usr/local/bin", "/usr/bin", "/bin",
        ]
        let environment = [
            "HOME=\(self.directory.path("home"))", "KUBECONFIG=\(self.cluster.kubectl.kubeconfig)", "LC_ALL=C.UTF-8",
            "PATH=\(path.joined(separator: ":"))",
        ]
        var line = line
        for (example, own) in self.values { line = line.replacing(example, with: own) }
        let result = try await ProcessRunner.run(
            self.cluster.kubectl.wrapper + ["/usr/bin/env", "-i"] + environment
                + ["/bin/sh", "-c", "cd \(self.directory.path("")) && { \(line)\n} 2>&1"]
        )
        // A Secret that only the test has.
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        var output = lines.filter { !$0.contains(Self.authorities) }.joined(separator: "\n")
        for (example, own) in self.values { output = output.replacing(own, with: example) }
        return (output.isEmpty || output.hasSuffix("\n") ? output : output + "\n", result.succeeded)
    }

    /// Looks whether the two mails are in the mailboxes, each by its own login.
    func checkMail() async throws {
        for (example, account) in ["you@example.com": self.accounts.shop, "them@example.com": self.accounts.acme] {
            let message = try await self.outside.servers.postfix.message(to: try #require(self.recipients[example]))
            #expect(message.login == account.user, "\(example)")
        }
    }

    /// An output without what differs from one time to the next.
    func stable(_ output: String) -> String {
        output
            .replacing(/\b\d+\.\d+\.\d+\.\d+\b/, with: "ADDRESS")
            .replacing(/OpenSSL \d+\.\d+\.\d+/, with: "OpenSSL VERSION")
            // Before the ages, for a part of a pod's name may look like one.
            .replacing(/-[a-z0-9]{8,10}-[a-z0-9]{5}(_[a-z0-9]+)?\b/, with: "-POD")
            .replacing(/\b(\d+[smhd])+\b/, with: "AGE")
            .replacing(/\b2\d{4}\b/, with: "PORT")
            .replacing(/queued as \w+/, with: "queued as ID")
            .replacing(/\d{4}-\d\d-\d\dT[0-9:.]+Z/, with: "TIME")
            .replacing(/[A-Z][a-z][a-z], +\d+ [A-Z][a-z][a-z] \d{4} [0-9:]+ [+-]\d{4}/, with: "DATE")
            .replacing(/Message-ID: <\w+@/, with: "Message-ID: <ID@")
            .replacing(/\ {2,}/, with: "  ")
            .replacing(/\ +$/.anchorsMatchLineEndings(), with: "")
    }

    /// The Secret of the authorities.
    private static let authorities = "additional-cas"

    /// By what the page has, what the test has.
    private var values: [(String, String)] {
        [
            ("smtp.example.com", "mail.\(OutsideWorld.domain)"),
            ("mailer@example.com", self.accounts.shop.user), ("correct-horse", self.accounts.shop.password),
            ("acme@example.com", self.accounts.acme.user), ("battery-staple", self.accounts.acme.password),
        ] + self.recipients.map { ($0.key, $0.value) }
    }

    /// The ends of the overlays that the other tests on whole clusters install.
    private func patches() throws -> String {
        let overlays = [ClusterManifests.overlay] + (self.isOld ? [ClusterManifests.oldOverlay] : [])
        return try overlays.map { overlay in
            let text = try String(contentsOf: URL(filePath: overlay + "/kustomization.yaml"), encoding: .utf8)
            let patches = try #require(text.split(separator: "patches:\n").last)
            return String(patches.replacing("  - path: config.yaml\n", with: ""))
        }.joined()
    }
}
