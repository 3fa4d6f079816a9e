import ObjectModel
import TestSupport
import Testing

@testable import Kubernetes

@Suite("ObjectCache")
struct ObjectCacheTests {
    /// What the object says in `x`; objects without it are of no interest.
    private var cache = ObjectCache { $0["x"]?.stringValue }

    private func made(_ name: String, _ text: String?) throws -> ObjectValue {
        try item(name, 1, text.map { #","x":"\#($0)""# } ?? "")
    }

    private func words<Value>(_ changes: [ObjectCache<Value>.Change]) -> [String] {
        changes.map { change in
            switch change {
            case .added(let key, let value): "+\(key.name) \(value)"
            case .changed(let key, let old, let new): "\(key.name) \(old)→\(new)"
            case .removed(let key, let value): "-\(key.name) \(value)"
            }
        }
        .sorted()
    }

    @Test("Changes are told, and nothing else")
    mutating func changes() throws {
        #expect(words(cache.receive(.restarted)) == [])
        #expect(try words(cache.receive(.present(made("a", "1")))) == ["+a 1"])
        #expect(try words(cache.receive(.present(made("b", nil)))) == [])
        #expect(!cache.isSynced)
        #expect(words(cache.receive(.synced)) == [])
        #expect(cache.isSynced)
        #expect(try words(cache.receive(.present(made("a", "1")))) == [])
        #expect(try words(cache.receive(.present(made("a", "2")))) == ["a 1→2"])
        #expect(try words(cache.receive(.present(made("a", nil)))) == ["-a 2"])
        #expect(try words(cache.receive(.present(made("c", "3")))) == ["+c 3"])
        #expect(try words(cache.receive(.deleted(made("c", "4")))) == ["-c 3"])
        #expect(try words(cache.receive(.deleted(made("c", "4")))) == [])
        #expect(cache.count == 0)
    }

    @Test("A new list takes away what it doesn't hold, once it is complete")
    mutating func sweep() throws {
        _ = cache.receive(.restarted)
        for name in ["a", "b", "c"] { _ = try cache.receive(.present(made(name, "1"))) }
        _ = cache.receive(.synced)
        _ = cache.receive(.restarted)
        #expect(try words(cache.receive(.present(made("a", "1")))) == [])
        // A list that starts anew counts from there.
        _ = cache.receive(.restarted)
        #expect(try words(cache.receive(.present(made("b", "2")))) == ["b 1→2"])
        #expect(cache.count == 3)
        #expect(words(cache.receive(.synced)) == ["-a 1", "-c 1"])
        #expect(cache[ObjectKey(namespace: "n", name: "b")] == "2")
        #expect(cache.all.map(\.key.name) == ["b"])
    }

    private func unreadable(_ name: String, uid: String = "", version: Int = 2) throws -> WatchEvent {
        let metadata = #"{"name":"\#(name)","namespace":"n","uid":"\#(uid)","resourceVersion":"\#(version)"}"#
        let text = JSONSlice(Array(#"{"metadata":\#(metadata)}"#.utf8))
        return .unreadable(try #require(UnreadableObject(text, reason: KubernetesError(.answerTooLarge, ""))))
    }

    @Test("What is known of an object stays when it can't be read any more, over lists too")
    mutating func unreadable() throws {
        _ = cache.receive(.restarted)
        _ = try cache.receive(.present(made("a", "1")))
        #expect(try words(cache.receive(unreadable("b"))) == [])
        #expect(words(cache.receive(.synced)) == [])
        #expect(try words(cache.receive(unreadable("a"))) == [])
        _ = cache.receive(.restarted)
        #expect(try words(cache.receive(unreadable("a"))) == [])
        #expect(words(cache.receive(.synced)) == [])
        #expect(cache[ObjectKey(namespace: "n", name: "a")] == "1" && cache.count == 1)
        #expect(try words(cache.receive(.present(made("a", "2")))) == ["a 1→2"])
        // Another object of that name: the one that is known is gone.
        #expect(try words(cache.receive(unreadable("a", uid: "later", version: 3))) == ["-a 2"])
        #expect(try words(cache.receive(.deleted(made("a", nil)))) == [])
    }

    @Test("It knows whether it is up to date")
    mutating func connection() throws {
        #expect(!cache.isConnected)
        _ = cache.receive(.restarted)
        _ = cache.receive(.synced)
        #expect(cache.isConnected)
        _ = cache.receive(.interrupted(KubernetesError(.unreachable, "")))
        #expect(!cache.isConnected)
        #expect(cache.isSynced)
        #expect(cache.interruption != nil)
        _ = cache.receive(.resumed)
        #expect(cache.isConnected)
        #expect(cache.interruption == nil)
    }

    @Test("After any events it holds what a plain model holds", arguments: 0..<100 as Range<UInt64>)
    mutating func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var cluster: [String: String] = [:]
        var told: [String: String] = [:]
        func follow(_ changes: [ObjectCache<String>.Change]) {
            for change in changes {
                switch change {
                case .added(let key, let value):
                    #expect(told.updateValue(value, forKey: key.name) == nil)
                case .changed(let key, let old, let new):
                    #expect(told.updateValue(new, forKey: key.name) == old)
                case .removed(let key, let value):
                    #expect(told.removeValue(forKey: key.name) == value)
                }
            }
        }
        for _ in 0..<200 {
            let name = String(Int.random(in: 0..<8, using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                cluster[name] = String(Int.random(in: 0..<3, using: &generator))
                follow(cache.receive(.present(try made(name, cluster[name]))))
            case 5..<8:
                cluster[name] = nil
                follow(cache.receive(.deleted(try made(name, "x"))))
            default:
                // Things happen that no watch tells of; then comes a list.
                cluster[name] = cluster[name] == nil ? "9" : nil
                follow(cache.receive(.restarted))
                for (name, text) in cluster { follow(cache.receive(.present(try made(name, text)))) }
                follow(cache.receive(.synced))
                #expect(told == cluster)
            }
        }
        #expect(Dictionary(uniqueKeysWithValues: cache.all.map { ($0.key.name, $0.value) }) == told)
    }
}
