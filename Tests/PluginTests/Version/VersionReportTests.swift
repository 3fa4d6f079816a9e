import ObjectModel
import Testing
import YAML

@testable import kubectl_tproxy

@Suite("Versions of plugin and servers")
struct VersionReportTests {
    private func skew(client: String = "1.4.2", _ versions: [String?]) -> [String] {
        let parts = versions.enumerated().map { ServerPart(name: "part-\($0)", image: "image", version: $1) }
        return VersionReport(client: client, parts: parts).skew
    }

    @Test(
        "What was mended only, and builds without a version, are no skew",
        arguments: [["1.4.2", "1.4.2"], ["1.4.0", "v1.4.9"], ["dev", "dev"], [nil, nil], ["1.4.2-rc.1"], []]
    )
    func together(versions: [String?]) {
        #expect(skew(versions).isEmpty)
    }

    @Test(
        "Servers of different versions are apart, and so is the plugin",
        arguments: [
            (["1.4.2", "1.5.0"], ["part-0 is 1.4.2, part-1 is 1.5.0", "update the plugin"]),
            (["1.5.0", "1.5.1"], ["update the plugin"]), (["2.4.2"], ["update the plugin"]),
            (["1.3.9"], ["update the servers"]), (["1.4.2", "dev"], ["part-1 is dev"]),
            (["dev", nil], ["part-1 is unknown"]),
        ] as [([String?], [String])]
    )
    func apart(versions: [String?], sentences: [String]) {
        let skew = skew(versions)
        #expect(skew.count == sentences.count)
        for (found, part) in zip(skew, sentences) { #expect(found.contains(part), "\(found)") }
    }

    @Test(
        "The version is the image's tag",
        arguments: [
            ("tproxy-relay:1.2.3", "1.2.3"), ("registry:5000/a/tproxy-relay:v1", "v1"), ("registry:5000/a/b", nil),
            ("a/b@sha256:0123", nil), ("a/b:1.0.0@sha256:0123", "1.0.0"), ("b:", nil), ("", nil),
        ] as [(String, String?)]
    )
    func tags(image: String, tag: String?) {
        #expect(ServerPart.tag(of: image) == tag)
    }

    @Test("A tag that is a version comes before the label, another one behind it; what can't be read is no part")
    func deployments() throws {
        for (tag, version) in [("dev\\u001b[31m", "1.2.3"), ("1.3.0", "1.3.0"), ("latest", "1.2.3")] {
            let text = """
                {"metadata": {"name": "tproxy-relay", "labels": {"app.kubernetes.io/version": "1.2.3"}},
                 "spec": {"template": {"spec": {"containers": [{"image": "x/tproxy-relay:\(tag)"}]}}}}
                """
            let part = try #require(ServerPart(try JSONReader.document(text).value))
            #expect(part.version == version && !part.image.contains("\u{1B}"))
        }
        #expect(ServerPart(.null) == nil && ServerPart(.object(["metadata": .string("x")])) == nil)
    }

    @Test(
        "Versions are three numbers",
        arguments: ["1.2", "1.2.3.4", "1.2.x", "", "latest", "1..3", "-1.2.3", "99999999999999999999.0.0"]
    )
    func noVersion(text: String) {
        #expect(SemanticVersion(text) == nil)
    }

    @Test("YAML says the same as JSON")
    func yaml() throws {
        let parts = [
            ServerPart(name: "tproxy-relay", image: "r:5000/x:2.0.0", version: "2.0.0"),
            ServerPart(name: "tproxy-manager", image: "it's \"this\": \\", version: nil),
        ]
        for report in [
            VersionReport(client: "1.0.0"), VersionReport(client: "1.0.0", parts: []),
            VersionReport(client: "1.0.0", parts: parts),
        ] {
            let document = try #require(try YAML.documents(in: report.yaml).first)
            #expect(ObjectDocument(document).value == report.object)
        }
    }
}
