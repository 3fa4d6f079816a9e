import Configuration
import DestinationModel
import DestinationRules
import ObjectModel
import TestSupport
import Testing

@Suite("The configuration and the samples")
struct SampleFileTests {
    static func files(_ suffix: String) throws -> [String] {
        try Repository.files(below: "manifests/samples").filter { file in
            file.hasSuffix(suffix) && !file.hasPrefix("manifests/samples/secrets/")
        }
    }

    private func configuration() throws -> ServerConfiguration {
        let map = try Manifest.base("ConfigMap", "tproxy-config")
        let text = try #require(map[path: "data", "config.yaml"]?.stringValue)
        return try ServerConfiguration(Array(text.utf8), file: "config.yaml")
    }

    @Test("The configuration is one, for the namespace that it is in")
    func configured() throws {
        #expect(try configuration().installNamespace == "tproxy-system")
        #expect(try configuration().defaultInstance == "dest-service")
    }

    @Test("The resources break no rule and are warned of nothing, in the installation as it is configured")
    func resources() throws {
        let configuration = try configuration()
        let instances = RuleContext.Instances(
            names: Set(configuration.instances.map(\.name)),
            defaultName: configuration.defaultInstance
        )
        var tenants: [[String]?] = []
        for file in try Self.files(".yaml") {
            for manifest in try Manifest.read(file) {
                let report = DestinationRules.check(manifest.object, context: RuleContext(instances: instances))
                #expect(report.findings == [], "\(file)")
                tenants.append(report.resource?.tenants)
            }
        }
        #expect(tenants.contains([]) == false && tenants.contains(nil) && tenants.contains { ($0?.count ?? 0) > 1 })
    }

    @Test("The destinations can be used, and are those that the resources name")
    func destinations() throws {
        let files = try Self.files(".json")
        var basic = 0
        for file in files {
            let destination = try MailDestination(json: Repository.text(file).utf8)
            #expect(destination.name == "example-dest-smtps", "\(file)")
            if case .basic = destination.authentication { basic += 1 }
        }
        #expect(files.count == 2 && basic == 1)
        for file in try Self.files(".yaml") {
            let object = try Manifest.read(file)[0].object
            #expect(object[path: "spec", "destinationRef", "name"] == .string("example-dest-smtps"))
        }
    }

    @Test("The page about the samples names them all")
    func page() throws {
        let page = try Repository.text("manifests/samples/README.md")
        for file in try Repository.files(below: "manifests/samples") where !file.hasSuffix("README.md") {
            #expect(page.contains("(\(file.dropFirst("manifests/samples/".count)))"), "\(file)")
        }
    }
}
