import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("Rules about the spec")
struct SpecRuleTests {
    @Test(
        "Ports",
        arguments: [
            ("465", 465, nil), ("1", 1, nil), ("65535", 65_535, nil), ("465.0", 465, nil), ("~", 465, nil),
            ("0", nil, "Invalid value: 0: must be between 1 and 65535, inclusive"),
            ("-1", nil, "Invalid value: -1: must be between 1 and 65535, inclusive"),
            ("65536", nil, "Invalid value: 65536: must be between 1 and 65535, inclusive"),
            ("'465'", nil, "Invalid value: \"465\": must be of type integer, not string"),
            ("46.5", nil, "Invalid value: 46.5: must be of type integer, not number"),
            ("true", nil, "Invalid value: true: must be of type integer, not boolean"),
            ("[465]", nil, "Invalid value: […]: must be of type integer, not array"),
            ("1e300", nil, "Invalid value: 1e+300: must be of type integer, not number"),
        ] as [(String, Int?, String?)]
    )
    func ports(yaml: String, port: Int?, detail: String?) throws {
        let report = DestinationRules.check(try Samples.destination(spec: "service: {port: \(yaml)}"))
        #expect(report.resource?.port == port)
        #expect(report.findings.first?.error.detail == detail)
        #expect(report.codes == (detail == nil ? [] : ["TPX019"]))
    }

    @Test("The documented form of a message")
    func message() throws {
        let report = DestinationRules.check(try Samples.destination(spec: "service: {port: 70000}"))
        let message = "spec.service.port: Invalid value: 70000: must be between 1 and 65535, inclusive"
        #expect(report.findings.map(\.message) == [message])
        let quoted = DestinationRules.check(try Samples.destination(spec: "service: {port: '465'}"))
        #expect(quoted.findings.first?.mend == "write 465 without quotes")
    }

    static let long = String(repeating: "a", count: 201)

    @Test(
        "Destinations and fragments",
        arguments: [
            ("{name: ''}", "", ["TPX011"]), ("{}", "", ["TPX011"]), ("~", "", ["TPX011"]),
            ("{name: \(long)}", "", ["TPX012"]), ("{name: \(long.dropLast())}", "", []),
            ("{name: '*'}", "", ["TPX013"]), ("{name: <name>}", "", ["TPX004"]),
            ("{name: d // my mail}", "", ["TPX016"]), ("{name: d, level: tenant}", "", ["TPX014"]),
            ("{name: d, level: instance}", "", []), ("{name: d}", "fragmentRef: {name: ''}", ["TPX015"]),
            ("{name: d}", "fragmentRef: {optional: true}", ["TPX015"]),
            ("{name: d}", "fragmentRef: {name: \(long)}", ["TPX015"]),
            ("{name: d}", "fragmentRef: {name: f, level: x}", ["TPX014"]),
            ("{name: d}", "fragmentRef: {name: f, level: provider_instance}", []),
            ("{name: d}", "accessControl: {scope: cluster}", ["TPX020"]),
            ("{name: d}", "accessControl: {scope: clusterwide}", ["TPX020"]),
            ("{name: d}", "accessControl: {scope: namespaced}", []),
            ("{name: d}", "destinationServiceInstanceName: a // b", ["TPX016"]),
            ("{name: ' * '}", "", ["TPX022"]), ("{name: ' '}", "", ["TPX022"]),
            ("{name: \"d\\r\\nX: y\"}", "", ["TPX022"]),
            ("{name: \"\\0d\"}", "", ["TPX022"]), ("{name: \"d\\u00A0\"}", "", ["TPX022"]), ("{name: my mail}", "", []),
            ("{name: d}", "fragmentRef: {name: 'f '}", ["TPX022"]), ("{name: ' <name>'}", "", ["TPX004"]),
            ("{name: d}", "destinationServiceInstanceName: <i> // b", ["TPX016"]),
        ] as [(String, String, [String])]
    )
    func references(destinationRef: String, spec: String, codes: [String]) throws {
        let report = DestinationRules.check(try Samples.destination(destinationRef: destinationRef, spec: spec))
        #expect(report.codes == codes)
        #expect((report.servable == nil) == !codes.isEmpty)
    }

    @Test("the name * is a warning, and nothing is served")
    func dynamicDestination() throws {
        let object = try JSONReader.document(
            #"{"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":{"name":"mail"},"#
                + #""spec":{"destinationRef":{"name":"*"}}}"#
        ).value
        let report = DestinationRules.check(object)
        #expect(report.findings.map(\.severity) == [.warning] && report.findings.map(\.blocks) == [.resource])
        #expect(!report.hasErrors && report.servable == nil)
    }

    @Test("A chain is a warning")
    func chain() throws {
        let report = DestinationRules.check(try Samples.destination(spec: "chainRef: {name: c}"))
        #expect(report.codes == ["TPX021"])
        #expect(report.resource?.hasChain == true)
    }

    @Test(
        "Instances",
        arguments: [
            ("", nil, ["TPX018"]), ("destinationServiceInstanceName: ''", nil, ["TPX018"]), ("", "a", []),
            ("destinationServiceInstanceName: b", nil, []), ("destinationServiceInstanceName: c", "a", ["TPX017"]),
        ] as [(String, String?, [String])]
    )
    func instances(spec: String, defaultName: String?, codes: [String]) throws {
        let context = RuleContext(instances: .init(names: ["a", "b"], defaultName: defaultName))
        let object = try Samples.destination(spec: spec)
        #expect(DestinationRules.check(object, context: context).codes == codes)
        #expect(DestinationRules.check(object).codes == [])
    }

    @Test("A spec that is missing is one finding, wherever its fields are")
    func missingSpec() throws {
        let head = "apiVersion: destination.connectivity.api.sap/v1\nkind: Destination\n"
        for (text, place) in [
            ("metadata: {name: mail}\n", "names the destination"),
            ("metadata: {name: mail}\nspec:\n", "names the destination"),
            ("metadata: {name: mail, destinationRef: {name: d}}\n", "under metadata"),
            ("metadata: {name: mail}\ndestinationRef: {name: d}\n", "at the top"),
        ] {
            let report = DestinationRules.check(try Samples.document(head + text).value)
            #expect(report.codes == ["TPX010"])
            #expect(report.findings.first?.message.contains(place) == true)
        }
    }

    @Test("Everything that a resource can say")
    func everything() throws {
        let object = try Samples.destination(
            metadata: "namespace: shop\n  uid: u-1\n  generation: 3",
            destinationRef: "{name: dest, level: subaccount}",
            spec: """
                fragmentRef: {name: f, optional: true, level: instance}
                  destinationServiceInstanceName: i
                  service: {port: 2465}
                  accessControl: {scope: clusterWide}
                """
        )
        let expected = DestinationResource(
            namespace: "shop",
            name: "mail",
            uid: "u-1",
            generation: 3,
            destination: "dest",
            level: .subaccount,
            fragment: FragmentReference(name: "f", isOptional: true, level: .instance),
            instance: "i",
            port: 2465,
            scope: .clusterWide
        )
        let report = DestinationRules.check(object)
        #expect(report.findings == [])
        #expect(report.resource == expected)
    }
}
