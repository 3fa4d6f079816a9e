import DestinationController
import Kubernetes
import ObjectModel
import Telemetry
import Testing

@testable import Manager

@Suite struct ManagerPagesTests {
    private let board = ControllerBoard()

    private func page(_ path: String, leading: Bool, holder: String? = "other_1") async throws -> (Int, ObjectValue) {
        let pages = ManagerPages(identity: "me_1", board: board, isLeading: { leading }, holder: { holder })
        let response = await OperationsRouter(routes: pages.routes).response(method: "GET", target: path)
        #expect(response.contentType == "application/json")
        return (response.status, try JSONReader.document(response.body).value)
    }

    private func fill() {
        board.begin()
        board.set(ObjectKey(namespace: "shop", name: "mail"), .sample)
        board.set(ObjectKey(namespace: "shop", name: "b"), nil)
        board.set(queueLength: 2, oldest: .now - .seconds(90))
        board.set(ports: ControllerSnapshot.Ports(served: 3, quarantined: 2, free: 95))
        board.set(relays: RelayCounts(ready: 2, reporting: 1))
        board.set(.destinations, WatchCondition(true, true, nil))
    }

    @Test func theLeaderSaysHowItFares() async throws {
        fill()
        let (status, page) = try await page("/status", leading: true, holder: "me_1")
        #expect(status == 200)
        #expect(page["leading"] == .bool(true))
        #expect(page["identity"] == .string("me_1") && page["holder"] == .string("me_1"))
        #expect(page["version"]?.stringValue?.isEmpty == false)
        #expect(page["queue"]?["length"] == .integer(2))
        #expect(
            (page["queue"]?["oldestSeconds"].flatMap { if case .integer(let age) = $0 { age } else { nil } } ?? 0) >= 90
        )
        #expect(page["destinations"] == (try object(#"{"available":0,"notAvailable":1,"unknown":1}"#)))
        #expect(page["tenants"] == (try object(#"{"ready":1,"pending":1,"failed":1}"#)))
        #expect(page["ports"] == (try object(#"{"served":3,"quarantined":2,"free":95}"#)))
        #expect(page["relays"] == (try object(#"{"ready":2,"reporting":1}"#)))
        #expect(page["watches"] == (try object(#"{"destinations":{"synced":true,"connected":true}}"#)))
    }

    @Test func theLeaderListsDestinations() async throws {
        fill()
        let (status, page) = try await page("/destinationCRs", leading: true)
        #expect(status == 200)
        let items = try #require(page.arrayValue)
        #expect(items.first == (try object(#"{"namespace":"shop","name":"b","available":"Unknown"}"#)))
        let mail = try #require(items.last)
        #expect(mail["available"] == .string("False") && mail["tenantsReady"] == .string("1/3"))
        #expect(mail["reason"] == .string("FailedToApplyConfiguration"))
        #expect(mail["message"]?.stringValue?.contains("c: m") == true)
        #expect(
            mail["notReady"]
                == (try object(
                    #"[{"tenant":"b","state":"Pending","reason":"RelayNotReady"},"#
                        + #"{"tenant":"c","state":"Failed","reason":"R"}]"#
                ))
        )
    }

    @Test(arguments: [false, true])
    func whoDoesNotLeadSaysSo(isFilled: Bool) async throws {
        // What an earlier time as the leader left would be out of date.
        if isFilled { fill() }
        let (status, page) = try await page("/status", leading: false)
        #expect(status == 200)
        #expect(page["leading"] == .bool(false) && page["holder"] == .string("other_1"))
        #expect(page["destinations"] == nil && page["tenants"] == nil)
        let (listStatus, list) = try await self.page("/destinationCRs", leading: false)
        #expect(listStatus == 503)
        #expect(list == (try object(#"{"leading":false,"holder":"other_1","destinations":[]}"#)))
        let (_, unknown) = try await self.page("/status", leading: false, holder: nil)
        #expect(unknown["holder"] == nil)
    }

    private func object(_ text: String) throws -> ObjectValue {
        try JSONReader.document(text).value
    }
}
