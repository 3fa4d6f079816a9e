import Configuration
import DestinationModel
import NameResolution
import Testing

@Suite("The configuration file")
struct ServerConfigurationTests {
    private func read(_ text: String) throws(ConfigurationError) -> ServerConfiguration {
        try ServerConfiguration(Array(text.utf8), file: "config.yaml")
    }

    /// The descriptions of all problems.
    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(
        "Nothing at all is the standard configuration",
        arguments: ["", "# nothing\n", "{}", "config:\n", "config: {}"]
    )
    func standard(text: String) throws {
        #expect(try read(text) == ServerConfiguration())
    }

    @Test("Every key arrives where it belongs")
    func everything() throws {
        let configuration = try read(
            """
            config:
              tenantMode: shared
              managedNamespacesMode: labelSelector
              logging: {level: debug}
              metrics: {prometheus: {enabled: false}}
              manager: {executionIntervalMinutes: 7}
              security: {accessControl: {destinations: {defaultScope: clusterWide}}}
              integration:
                destinationService:
                  defaultInstanceName: first
                  connectionTimeoutSeconds: 6
                  readTimeoutSeconds: 11
                  instances:
                    - name: first
                      serviceCredentials:
                        secretName: binding
                        secretKey: data
                        secretNamespace: elsewhere
                        privateKey: {secretName: key, secretInternalKey: tls.key, secretNamespace: third}
                    - name: second
                      serviceCredentials: {secretName: other}
                    - name: third
                      directory: /etc/destinations
            additionalCAs: {secretName: authorities, secretKey: all.pem, secretNamespace: trust}
            relay:
              portRange: 30000-30999
              pool: {sessions: 3, waiters: 4, waitSeconds: 5, idleSeconds: 6, stallSeconds: 7}
              allowedAddresses: [127.0.0.0/8, "::1"]
            clusterDomain: example.internal
            installNamespace: mail
            deployment: {replicas: {http: 2}, resources: [anything]}
            """
        )
        var expected = ServerConfiguration()
        expected.tenantMode = .shared
        expected.managedNamespacesMode = .labelSelector
        expected.logLevel = .debug
        expected.servesMetrics = false
        expected.resyncInterval = .seconds(420)
        expected.defaultScope = .clusterWide
        expected.defaultInstance = "first"
        expected.connectionTimeout = .seconds(6)
        expected.readTimeout = .seconds(11)
        let key = SecretReference(name: "key", key: "tls.key", namespace: "third")
        let binding = SecretReference(name: "binding", key: "data", namespace: "elsewhere")
        expected.instances = [
            DestinationInstance(name: "first", source: .service(binding: binding, privateKey: key)),
            DestinationInstance(
                name: "second",
                source: .service(binding: SecretReference(name: "other"), privateKey: nil)
            ),
            DestinationInstance(name: "third", source: .directory("/etc/destinations")),
        ]
        expected.additionalCAs = SecretReference(name: "authorities", key: "all.pem", namespace: "trust")
        expected.relayPorts = 30_000...30_999
        expected.pool.sessions = 3
        expected.pool.waiters = 4
        expected.pool.wait = .seconds(5)
        expected.pool.idleTime = .seconds(6)
        expected.pool.stallTime = .seconds(7)
        expected.allowedAddresses = ["127.0.0.0/8", "::1/128"].compactMap { AddressRange($0) }
        expected.clusterDomain = "example.internal"
        expected.installNamespace = "mail"
        #expect(configuration == expected)
    }

    @Test("The default instance may stand in either place")
    func alias() throws {
        let instances = "integration: {destinationService: {instances: [{name: a, directory: /a}]}}"
        let configuration = try read("config: {destinationService: {defaultInstanceName: a}, \(instances)}")
        #expect(configuration.defaultInstance == "a")
    }

    @Test(
        "What is wrong is named, with its place and what to do",
        arguments: [
            ("konfig: {}", "config.yaml:1:1: konfig: there is no such key; did you mean config?"),
            (
                "config:\n  tenantmode: shared",
                "config.yaml:2:3: config.tenantmode: there is no such key; did you mean tenantMode?"
            ),
            ("tenantMode: shared", "config.yaml:1:1: tenantMode: there is no such key; it belongs below config"),
            (
                "config:\n  clusterDomain: a",
                "config.yaml:2:3: config.clusterDomain: there is no such key; it belongs at the top, not indented"
            ),
            (
                "relay: {pool: {xyz: 1}}",
                "config.yaml:1:16: relay.pool.xyz: there is no such key; known here are idleSeconds, sessions, stallSeconds, waitSeconds, waiters"
            ),
            ("config: 5", "config.yaml:1:9: config: must be a mapping: put its keys below it, indented further"),
            ("- a", "config.yaml:1:1: must be a mapping: put its keys below it, indented further"),
            (
                "config: {tenantMode: sharde}",
                "config.yaml:1:22: config.tenantMode: must be one of dedicated, shared; did you mean shared?"
            ),
            ("config: {tenantMode: 1}", "config.yaml:1:22: config.tenantMode: must be one of dedicated, shared"),
            (
                "config: {logging: {level: loud}}",
                "config.yaml:1:27: config.logging.level: must be one of trace, debug, info, notice, warning, error, critical"
            ),
            (
                "config: {metrics: {prometheus: {enabled: 'true'}}}",
                "config.yaml:1:42: config.metrics.prometheus.enabled: must be true or false, without quotes"
            ),
            (
                "config: {metrics: {prometheus: {enabled: 1}}}",
                "config.yaml:1:42: config.metrics.prometheus.enabled: must be true or false"
            ),
            (
                "relay: {pool: {sessions: 0}}",
                "config.yaml:1:26: relay.pool.sessions: must be a whole number from 1 to 1000"
            ),
            (
                "relay: {pool: {sessions: 1.5}}",
                "config.yaml:1:26: relay.pool.sessions: must be a whole number from 1 to 1000"
            ),
            (
                "relay: {pool: {sessions: '5'}}",
                "config.yaml:1:26: relay.pool.sessions: must be a whole number from 1 to 1000, without quotes"
            ),
            (
                "relay: {allowedAddresses: [10.0.0.1/8]}",
                "config.yaml:1:28: relay.allowedAddresses[0]: must be a CIDR block or an IP address, such as 127.0.0.0/8"
            ),
            (
                "relay: {allowedAddresses: 127.0.0.1}",
                "config.yaml:1:27: relay.allowedAddresses: must be a list: begin each item with a hyphen"
            ),
            ("relay: {portRange: 30000}", "config.yaml:1:20: relay.portRange: must be two ports, such as 20000-29999"),
            (
                "relay: {portRange: 30000-20000}",
                "config.yaml:1:20: relay.portRange: must be two ports from 1024 to 65535, the lower one first, such as 20000-29999"
            ),
            (
                "relay: {portRange: 80-90}",
                "config.yaml:1:20: relay.portRange: must be two ports from 1024 to 65535, the lower one first, such as 20000-29999"
            ),
            (
                "relay: {portRange: 1024-99999999999999999999}",
                "config.yaml:1:20: relay.portRange: must be two ports from 1024 to 65535, the lower one first, such as 20000-29999"
            ),
            (
                "relay: {portRange: 9000-9999}",
                "config.yaml:1:20: relay.portRange: must not hold 9494, which the relay uses for its metrics"
            ),
            (
                "installNamespace: 5",
                "config.yaml:1:19: installNamespace: must be a name of at most 253 characters, without spaces; put it in quotes"
            ),
            (
                "installNamespace: a b",
                "config.yaml:1:19: installNamespace: must be a name of at most 253 characters, without spaces"
            ),
            (
                "clusterDomain: ''",
                "config.yaml:1:16: clusterDomain: must be a name of at most 253 characters, without spaces"
            ),
            ("additionalCAs: {secretKey: a}", "config.yaml:1:16: additionalCAs: needs secretName"),
            ("a: 1\na: 2", "config.yaml:2:1: this key stands here twice, first in line 1; remove one of them"),
            ("config: {}\n---\nconfig: {}", "config.yaml:3:1: a second document begins here; put everything into one"),
        ]
    )
    func faults(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test(
        "Instances are complete, and told apart",
        arguments: [
            ("{}", "[0]: an instance needs a name, which Destinations call it by"),
            ("{name: a}", "[0]: needs serviceCredentials.secretName, or a directory"),
            (
                "{name: a, directory: /x, serviceCredentials: {secretName: b}}",
                "[0]: has serviceCredentials and a directory; leave one out"
            ),
            (
                "{name: a, directory: /x, serviceCredentials: {secretKey: b}}",
                "[0].serviceCredentials: needs secretName, or has to go: the instance has a directory"
            ),
            (
                "{name: a, directory: /x}, {name: a, directory: /y}",
                "[1].name: another instance has this name; choose another one"
            ),
            ("{name: a, directori: /x}", "[0].directori: there is no such key; did you mean directory?"),
            ("{name: '', directory: /x}", "[0].name: must be a name of at most 253 characters, without spaces"),
            ("5", "[0]: must be a mapping: put its keys below it, indented further"),
        ]
    )
    func instances(items: String, problem: String) {
        let found = problems("config: {integration: {destinationService: {instances: [\(items)]}}}")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("config.integration.destinationService.instances\(problem)") == true, "\(found)")
    }

    @Test("The default instance is one of the instances")
    func defaultInstance() {
        let service = "config.integration.destinationService"
        let instance = "instances: [{name: alpha, directory: /a}]"
        #expect(
            problems("config: {integration: {destinationService: {defaultInstanceName: alpa, \(instance)}}}") == [
                "config.yaml:1:66: \(service).defaultInstanceName: no instance has this name; did you mean alpha?"
            ]
        )
        #expect(
            problems("config: {integration: {destinationService: {defaultInstanceName: a}}}") == [
                "config.yaml:1:66: \(service).defaultInstanceName: no instance has this name; add it to \(service).instances"
            ]
        )
        let both = """
            config:
              destinationService: {defaultInstanceName: beta}
              integration: {destinationService: {defaultInstanceName: alpha, \(instance)}}
            """
        #expect(
            problems(both) == [
                "config.yaml:2:45: config.destinationService.defaultInstanceName: must be the same as "
                    + "\(service).defaultInstanceName, or left out"
            ]
        )
    }

    @Test("All faults are told at once, in the file's order")
    func allAtOnce() {
        let found = problems("relay:\n  portRange: 5\nconfig:\n  tenantMode: x\n  loging: {}\nclusterdomain: a\n")
        #expect(
            found.map { $0.prefix { $0 != " " } } == [
                "config.yaml:2:14:", "config.yaml:4:15:", "config.yaml:5:3:", "config.yaml:6:1:",
            ]
        )
    }

    @Test(
        "No value is repeated, nor a key that is none",
        arguments: [
            "config: hunter2", "config: {tenantMode: hunter2}", "relay: {portRange: hunter2}",
            "relay: {pool: {sessions: hunter2}}",
            "config: {metrics: {prometheus: {enabled: hunter2}}}", "installNamespace: hunter2 hunter2",
            "\"hunter2 = secret\": 1", "config: {? \"hunter2/+=\" : 1}",
            "hunter2hunter2hunter2hunter2hunter2hunter2hunter2: 1",
            "- hunter2", "config: {logging: [hunter2]}", "config: [", "a: hunter2\na: hunter2", "&hunter2 [*hunter2]",
        ]
    )
    func quotesNothing(text: String) {
        let found = problems(text)
        #expect(!found.isEmpty)
        #expect(!found.joined().contains("hunter2") || text.hasPrefix("&"), "\(found)")
    }

    @Test("A long list of faults is cut")
    func manyFaults() {
        let text = (0..<100).map { "key\($0): 1\n" }.joined()
        let error = #expect(throws: ConfigurationError.self) { try read(text) }
        #expect(error?.problems.count == 100)
        #expect(error?.description.hasSuffix("and 50 more") == true)
    }

    @Test("A file that is not there is named")
    func missingFile() {
        let error = #expect(throws: ConfigurationError.self) {
            try ServerConfiguration.read(file: "/nonexistent/config.yaml")
        }
        #expect(error?.description == "/nonexistent/config.yaml: there is no such file")
        #expect(error?.problems.first?.code == .unreadable)
    }
}
