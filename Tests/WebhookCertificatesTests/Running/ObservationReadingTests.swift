import ObjectModel
import Testing

@testable import WebhookCertificates

@Suite struct ObservationReadingTests {
    @Test func aSecretIsRead() throws {
        let object = try JSONReader.document(
            """
            {"metadata": {"resourceVersion": "7", "labels": {"a": "b"}, "annotations": {"c": "d"},
              "ownerReferences": [{"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "name": "x", "uid": "1"}]},
             "immutable": true, "data": {"tls.crt": "AQID", "bad": "no base64!", "odd": 5, "empty": ""}}
            """
        ).value
        #expect(
            SecretContent(reading: object)
                == SecretContent(
                    resourceVersion: "7",
                    labels: ["a": "b"],
                    annotations: ["c": "d"],
                    data: ["tls.crt": [1, 2, 3], "bad": [], "odd": [], "empty": []],
                    isImmutable: true,
                    ownerAPIVersions: ["cert-manager.io/v1"]
                )
        )
    }

    @Test func aWebhookConfigurationIsRead() throws {
        let object = try JSONReader.document(
            """
            {"metadata": {"resourceVersion": "8"}, "webhooks": [
              {"clientConfig": {"caBundle": "AQID", "url": "https://localhost"}}, {"clientConfig": {}}, {}, 5]}
            """
        ).value
        #expect(
            WebhookContent(reading: object)
                == WebhookContent(resourceVersion: "8", bundles: [[1, 2, 3], [], [], []])
        )
    }

    @Test(arguments: ["{}", #"{"metadata": 5, "data": [], "webhooks": {}}"#, #"{"data": {"a": null}}"#])
    func nonsenseIsReadAsNothing(json: String) throws {
        let object = try JSONReader.document(json).value
        #expect(SecretContent(reading: object).resourceVersion.isEmpty)
        #expect(WebhookContent(reading: object).bundles.isEmpty)
    }

    @Test func whatHoldsKeysPrintsNothing() throws {
        var bench = Bench()
        try bench.settle()
        let key = try #require(bench.store.objects.serving?.data[SecretKeys.leafKey])
        let plan = bench.planner.plan(CertificateObservation(webhook: bench.store.objects.webhook), now: bench.now)
        let write = try #require(
            try CertificateMaker(names: bench.names).write(for: plan.action, CertificateObservation(), now: bench.now)
        )
        var dumped = ""
        dump(write, to: &dumped)
        dump(bench.store.objects, to: &dumped)
        dump(bench.record, to: &dumped)
        dump(bench.plan, to: &dumped)
        dumped += "\(write) \(bench.store.objects) \(bench.record) \(bench.plan)"
        #expect(!dumped.contains("PRIVATE KEY"))
        #expect(!dumped.contains("\(key.prefix(40).map { $0 })".dropFirst().dropLast()))
    }
}
