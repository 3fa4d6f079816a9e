import ObjectModel
import TestSupport
import Testing

@testable import Kubernetes

@Suite("WatchLine")
struct WatchLineTests {
    @Test("Events")
    func events() throws {
        let a = try item("a", 5)
        let text = String(decoding: a.json(), as: UTF8.self)
        for (type, line) in [
            ("ADDED", WatchLine.present(a, resourceVersion: "5")), ("MODIFIED", .present(a, resourceVersion: "5")),
            ("DELETED", .deleted(a, resourceVersion: "5")), ("BOOKMARK", .bookmark(resourceVersion: "5")),
        ] {
            #expect(try WatchLine(#"{"type":"\#(type)","object":\#(text)}"#.utf8) == line)
        }
        // Bookmarks bear no name.
        let bookmark = #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}"#
        #expect(try WatchLine(bookmark.utf8) == .bookmark(resourceVersion: "9"))
        let line = try WatchLine(
            #"{"type":"ERROR","object":{"kind":"Status","reason":"Expired","code":410,"message":"m"}}"#.utf8
        )
        guard case .failed(let error) = line else {
            Issue.record("\(line)")
            return
        }
        #expect(error.code == .expired)
        #expect(error.status == 410)
    }

    @Test(
        "Of an object that can't be read, its name is",
        arguments: [
            String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000), #"{"a":1,"a":2}"#, #""\uD83D""#,
            "\"" + String(repeating: "x", count: 4 << 20) + "\"",
        ]
    )
    func unreadable(member: String) throws {
        for type in ["ADDED", "MODIFIED", "DELETED"] {
            let metadata = #"{"name":"a","namespace":"n","uid":"u","resourceVersion":"5"}"#
            let line = try WatchLine(
                #"{"type":"\#(type)","object":{"x":{"metadata":[]},"spec":\#(member),"metadata":\#(metadata)}}"#.utf8
            )
            switch line {
            case .unreadable(let object):
                #expect(type != "DELETED")
                #expect(object.key == ObjectKey(namespace: "n", name: "a"))
                #expect(object.uid == "u" && object.resourceVersion == "5")
            case .deleted(let object, let version):
                #expect(type == "DELETED" && version == "5")
                #expect(object.metadata.key == ObjectKey(namespace: "n", name: "a") && object.metadata.uid == "u")
            case .present, .bookmark, .failed:
                Issue.record("\(line)")
            }
        }
        #expect(throws: KubernetesError.self) {
            try WatchLine(#"{"type":"ADDED","object":{"spec":\#(member),"metadata":{"name":"a"}}}"#.utf8)
        }
        #expect(throws: KubernetesError.self) { try WatchLine(#"{"type":"ERROR","object":\#(member)}"#.utf8) }
    }

    @Test(
        "Lines that are no events",
        arguments: [
            "", "x", "{}", "[]", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":null}"#,
            #"{"type":"ADDED","object":{}}"#, #"{"type":"ADDED","object":{"metadata":{"name":"a"}}}"#,
            #"{"type":"ADDED","object":{"metadata":{"resourceVersion":"1"}}}"#, #"{"type":"BOOKMARK","object":{}}"#,
            #"{"type":"NEWS","object":{"metadata":{"name":"a","resourceVersion":"1"}}}"#,
            #"{"type":7,"object":{"metadata":{"name":"a","resourceVersion":"1"}}}"#,
        ]
    )
    func malformed(line: String) throws {
        let error = try #require(throws: KubernetesError.self) { _ = try WatchLine(line.utf8) }
        #expect(error.code == .malformedAnswer)
    }

    @Test("Damaged lines never crash", arguments: 0..<500 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var line = Array(
            #"{"type":"MODIFIED","object":{"metadata":{"name":"ä","resourceVersion":"12","labels":{"a":"b"}}}}"#.utf8
        )
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let index = Int.random(in: 0..<line.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: line[index] = UInt8.random(in: .min ... .max, using: &generator)
            case 1: line.remove(at: index)
            default: line.removeSubrange(index...)
            }
            if line.isEmpty { break }
        }
        do {
            _ = try WatchLine(line)
        } catch {
            #expect(error.code == .malformedAnswer)
        }
    }
}
