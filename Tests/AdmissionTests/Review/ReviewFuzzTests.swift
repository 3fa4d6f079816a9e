import DestinationRules
import Logging
import ObjectModel
import Telemetry
import TestSupport
import Testing

@testable import Admission

@Suite("Damaged AdmissionReviews")
struct ReviewFuzzTests {
    private static let seeds: [[UInt8]] = {
        let object = Reviews.destination(
            tenants: #"["a", "b-c", "D"]"#,
            spec: [
                "service": .object(["port": .integer(465)]), "accessControl": .object(["scope": .string("namespaced")]),
                "fragmentRef": .object(["name": .string("f"), "optional": .bool(true)]),
                "destinationServiceInstanceName": .string("files"),
            ]
        )
        return [
            Reviews.review(object).json(),
            Reviews.review(object, operation: "UPDATE", changes: ["oldObject": Reviews.destination()]).json(),
        ]
    }()

    /// Pieces that hurt parsers.
    private static let pieces: [[UInt8]] = [
        "{", "}", "[", "]", "\"", ",", ":", "\\u0000", "\\ud800", "null", "true", "-", "1e999", "99999999999999999999",
        "\"a\":", "{\"a\":{\"a\":{\"a\":", "[[[[[[[[[[[[[[[[", "\u{0}", "\u{FEFF}", "\\",
    ].map { Array($0.utf8) }

    @Test("Whatever is damaged, there is an answer, and it is one of the two that there are", arguments: 0..<16)
    func mutations(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let service = try TestService().service
        for _ in 0..<150 {
            var octets = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let index = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[index] = UInt8.random(in: 0...255, using: &random)
                case 1: octets.removeSubrange(index..<min(index + Int.random(in: 1...40, using: &random), octets.count))
                case 2: octets.insert(contentsOf: octets[index..<min(index + 60, octets.count)], at: index)
                default: octets.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: index)
                }
                if octets.isEmpty { break }
            }
            let answer = service.answer(octets)
            switch answer.status {
            case 200:
                let review = try JSONReader.document(answer.body).value
                #expect(review["response"]?["uid"]?.stringValue != nil)
                guard case .bool = review["response"]?["allowed"] else {
                    Issue.record("no verdict")
                    return
                }
            default:
                #expect(answer.status == 400)
                #expect(answer.body.count < 500)
            }
        }
    }

    @Test("Every value of a review may be any other", arguments: 0..<8)
    func types(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let service = try TestService().service
        for _ in 0..<150 {
            let review = try JSONReader.document(Self.seeds[seed % 2]).value
            let changed = replaceOne(in: review, using: &random)
            let status = service.answer(changed.json()).status
            #expect(status == 200 || status == 400)
        }
    }

    private static let others: [ObjectValue] = [
        .null, .bool(true), .integer(.min), .integer(.max), .double(1e300), .string(""), .string("\u{0}\u{202E}"),
        .string(String(repeating: "x", count: 5000)), .array([]), .array([.null, .object([:])]), .object([:]),
        .object(["": .object(["": .null])]),
    ]

    private func replaceOne(in value: ObjectValue, using random: inout SeededGenerator) -> ObjectValue {
        if case .object(var members) = value, Int.random(in: 0..<6, using: &random) > 0,
            let name = members.keys.sorted().randomElement(using: &random), let member = members[name]
        {
            members[name] = replaceOne(in: member, using: &random)
            return .object(members)
        }
        return Self.others.randomElement(using: &random) ?? .null
    }

    @Test(
        "Deep, wide and endless JSON is refused",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
            "[" + String(repeating: "1,", count: 100_000) + "1]", String(repeating: " ", count: 100_000), "\"",
            "{\"apiVersion\":\"admission.k8s.io/v1\",\"apiVersion\":\"admission.k8s.io/v1\"}", "",
        ]
    )
    func hostile(text: String) throws {
        #expect(try TestService().service.answer(Array(text.utf8)).status == 400)
    }
}
