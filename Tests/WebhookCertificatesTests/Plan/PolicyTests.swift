import Testing

@testable import WebhookCertificates

@Suite struct PolicyTests {
    @Test(
        arguments: [
            (0, 1, 1, 1), (-5, 1, 1, 1), (100_000, 200_000, 1, 1), (90_000, 9000, 10, 3000), (9000, 9000, 2000, 1000),
            (Int64.max, 90, 1, 1), (90, 90, Int64.max, 1),
        ] as [(Int64, Int64, Int64, Int64)]
    )
    func durationsThatCannotWorkAreRefused(_ durations: (Int64, Int64, Int64, Int64)) {
        #expect(throws: CertificatePolicyError.self) {
            try CertificatePolicy(
                authorityLifetime: durations.0,
                leafLifetime: durations.1,
                bundlePropagation: durations.2,
                leafPropagation: durations.3
            )
        }
    }

    @Test func theStandardPolicyKeepsTheRules() throws {
        let standard = CertificatePolicy.standard
        let checked = try CertificatePolicy(
            authorityLifetime: standard.authorityLifetime,
            leafLifetime: standard.leafLifetime,
            bundlePropagation: standard.bundlePropagation,
            leafPropagation: standard.leafPropagation
        )
        #expect(checked == standard)
    }

    @Test(arguments: [0, 1, 951_782_400, 1_800_000_000, 253_402_300_799] as [Int64])
    func timestampsAreReadAsWritten(seconds: Int64) {
        #expect(Timestamp.seconds(Timestamp.text(seconds)) == seconds)
    }

    @Test(arguments: ["", "now", "2026-13-01T00:00:00Z", "2026-01-01", String(repeating: "9", count: 100)])
    func otherTimestampsAreNone(text: String) {
        #expect(Timestamp.seconds(text) == nil)
    }
}
