import ObjectModel
import TestSupport
import Testing

@testable import Kubernetes

@Suite("A cache that is told of its owner's writes")
struct OwnWritesTests {
    private var cache = ObjectCache { $0["x"]?.stringValue }
    private let key = ObjectKey(namespace: "n", name: "a")

    private func made(_ text: String?, _ version: Int, uid: String = "1") throws -> ObjectValue {
        let x = text.map { #","x":"\#($0)""# } ?? ""
        return try object(
            #"{"metadata":{"name":"a","namespace":"n","uid":"\#(uid)","resourceVersion":"\#(version)"}\#(x)}"#
        )
    }

    private mutating func begin(_ object: ObjectValue? = nil) {
        _ = cache.receive(.restarted)
        if let object { _ = cache.receive(.present(object)) }
        _ = cache.receive(.synced)
    }

    @Test("It knows a write before the watch tells of it, and takes nothing older")
    mutating func ahead() throws {
        begin(try made("old", 1))
        #expect(cache.wrote(try made("new", 5)).count == 1)
        #expect(cache[key] == "new")
        #expect(cache.receive(.present(try made("between", 3))).isEmpty)
        #expect(cache[key] == "new")
        #expect(cache.receive(.present(try made("new", 5))).isEmpty)
        #expect(cache.receive(.present(try made("later", 6))).count == 1)
        #expect(cache[key] == "later")
    }

    @Test("An answer that comes after the watch has told more changes nothing")
    mutating func behind() throws {
        begin(try made("new", 5))
        #expect(cache.wrote(try made("old", 4)).isEmpty)
        #expect(cache.wrote(try made("new", 5)).isEmpty)
        #expect(cache[key] == "new")
        #expect(cache.receive(.present(try made("next", 6))).count == 1)
        _ = cache.receive(.deleted(try made("next", 7)))
        #expect(cache.wrote(try made("next", 6)).isEmpty)
        #expect(cache[key] == nil)
    }

    @Test("What is written while a list comes in stays, though the list is older")
    mutating func listInFlight() throws {
        begin()
        _ = cache.wrote(try made("new", 5))
        begin()
        #expect(cache[key] == "new")
        // The next one was surely asked for after that.
        begin()
        #expect(cache[key] == nil)
    }

    @Test("A list that holds something newer and not the object says that it is gone")
    mutating func newerList() throws {
        begin()
        _ = cache.wrote(try made("new", 5))
        begin(try item("b", 6, #","x":"1""#))
        #expect(cache[key] == nil)
    }

    @Test("A deletion holds against what the watch tells of before it, and not against a later object of the name")
    mutating func deletion() throws {
        begin(try made("old", 1))
        #expect(cache.deleted(key, uid: "other").isEmpty)
        #expect(cache.deleted(key, uid: "1").count == 1)
        #expect(cache.receive(.present(try made("changed", 2))).isEmpty)
        #expect(cache[key] == nil)
        #expect(cache.receive(.present(try made("again", 4, uid: "2"))).count == 1)
        #expect(cache[key] == "again")
    }

    @Test("A new object of the name that was written isn't lost to the old one's deletion")
    mutating func recreation() throws {
        begin(try made("old", 1))
        _ = cache.deleted(key, uid: "1")
        #expect(cache.wrote(try made("new", 5, uid: "2")).count == 1)
        #expect(cache.receive(.present(try made("changed", 2))).isEmpty)
        #expect(cache.receive(.deleted(try made("changed", 3))).isEmpty)
        #expect(cache[key] == "new")
        #expect(cache.receive(.deleted(try made("new", 6, uid: "2"))).count == 1)
    }

    @Test("Versions that are no numbers are told apart, and a list settles what they leave open")
    mutating func opaque() throws {
        func odd(_ text: String, _ version: String) throws -> ObjectValue {
            try object(
                #"{"metadata":{"name":"a","namespace":"n","uid":"1","resourceVersion":"\#(version)"},"x":"\#(text)"}"#
            )
        }
        begin(try odd("old", "x"))
        _ = cache.wrote(try odd("new", "y"))
        #expect(cache.receive(.present(try odd("between", "z"))).isEmpty)
        #expect(cache.receive(.present(try odd("new", "y"))).isEmpty)
        #expect(cache.receive(.present(try odd("later", "w"))).count == 1)
        _ = cache.wrote(try odd("last", "v"))
        begin(try odd("later", "w"))
        #expect(cache[key] == "last")
        begin(try odd("other", "u"))
        #expect(cache[key] == "other")
    }

    @Test(
        "It is never behind its owner's writes, and in the end level with the cluster",
        arguments: 0..<200 as Range<UInt64>
    )
    mutating func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var version = 0
        var uid = 0
        var truth: ObjectValue?
        var events: [WatchEvent] = []
        var least = 0
        var uids: [String: String] = [:]
        begin()
        func next() -> Int {
            version += 1
            return version
        }
        for _ in 0..<300 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1:
                if truth == nil { uid += 1 }
                let written = try made("\(version + 1)", next(), uid: "\(uid)")
                truth = written
                uids["\(version)"] = "\(uid)"
                events.append(.present(written))
                // Half of the writes are the owner's.
                if Bool.random(using: &generator) {
                    _ = cache.wrote(written)
                    least = version
                    #expect(cache[key] == "\(version)")
                }
            case 2:
                guard let known = truth else { continue }
                truth = nil
                events.append(.deleted(try made(nil, next(), uid: known.metadata.uid)))
                // Nobody deletes what he hasn't seen.
                if cache[key].map({ uids[$0] == known.metadata.uid }) ?? false, Bool.random(using: &generator) {
                    _ = cache.deleted(key, uid: known.metadata.uid)
                    least = version
                    #expect(cache[key] == nil || cache[key] != known["x"]?.stringValue)
                }
            case 3 where events.isEmpty:
                begin(truth)
            default:
                guard !events.isEmpty else { continue }
                _ = cache.receive(events.removeFirst())
                if let text = cache[key], let seen = Int(text) { #expect(seen >= least || truth == nil) }
            }
        }
        for event in events { _ = cache.receive(event) }
        #expect(cache[key] == truth?["x"]?.stringValue)
    }
}
