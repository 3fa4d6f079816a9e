import ArgumentParser
import Testing
import WebhookCertificates

@testable import Manager

@Suite struct RunCommandTests {
    @Test func theDefaultsAreThoseOfTheManifests() throws {
        let command = try RunCommand.parse(["--config", "config.yaml"])
        #expect(command.metricsPort == 9494)
        #expect(command.lease == "tproxy-manager")
        let names = command.certificate.names(namespace: "tproxy-system", clusterDomain: "cluster.local")
        #expect(names == WebhookNames())
        #expect(try command.certificate.policy() == .standard)
    }

    @Test func namesCanBeChosen() throws {
        let command = try RunCommand.parse([
            "--config", "c", "--service-name", "s", "--serving-secret", "t", "--authority-secret", "a",
            "--webhook-configuration", "w", "--dns-name", "one", "--dns-name", "two",
        ])
        let names = command.certificate.names(namespace: "n", clusterDomain: "example.org")
        #expect(names.dnsNames == ["s.n.svc", "s.n.svc.example.org", "one", "two"])
        #expect(names.servingSecret == "t")
        #expect(names.authoritySecret == "a")
        #expect(names.webhookConfiguration == "w")
    }

    @Test(arguments: [
        [], ["--config"], ["--config", "c", "--metrics-port", "65536"], ["--config", "c", "--log-level", "loud"],
        ["--config", "c", "--log-format", "xml"], ["--config", "c", "--leaf-lifetime", "0"],
        ["--config", "c", "--leaf-propagation", "99999999"], ["--config", "c", "extra"],
    ])
    func whatCannotBeIsRefusedWithTheUsageCode(arguments: [String]) {
        do {
            _ = try RunCommand.parse(arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(RunCommand.exitCode(for: error) == .validationFailure)
        }
    }

    @Test func theHelpHasExamplesAndExitCodes() {
        let help = RunCommand.helpMessage(columns: 120)
        #expect(help.contains("tproxy-manager run --config /etc/tproxy/config.yaml"))
        #expect(help.contains("SIGTERM"))
        #expect(!help.contains("leaf-lifetime"))
    }
}
