import DestinationModel
import NIOCore
import RelayRoutes

/// Where claims become ports that applications can connect to.
protocol RoutePorts: Sendable {
    /// Opens a port that isn't open. What fails may be tried again.
    /// - Throws: why it can't be had.
    func open(_ claim: RouteClaim) async throws
    /// Leads an open port elsewhere, for the same Destination and tenant.
    func retarget(_ claim: RouteClaim)
    /// Closes a port, or gives it up where it couldn't be opened; when this returns nobody can connect any more.
    func close(port: Int) async
}

/// The ports of this relay.
struct ListeningPorts: RoutePorts {
    /// Of any port: the address of all of them.
    let address: SocketAddress
    let table: RouteTable
    let lookUps: BackgroundLookUps
    /// Look-ups are asked for in the order of the routes' changes.
    private let tasks = SerialTasks()

    init(address: SocketAddress, table: RouteTable, lookUps: BackgroundLookUps) {
        self.address = address
        self.table = table
        self.lookUps = lookUps
    }

    func open(_ claim: RouteClaim) async throws {
        var address = address
        address.port = claim.port
        do {
            _ = try await table.open(claim.route, owner: claim.owner, at: address)
        } catch {
            table.cannotOpen(claim.route, owner: claim.owner, at: address)
            throw error
        }
        lookUp(claim)
    }

    func retarget(_ claim: RouteClaim) {
        table.retarget(port: claim.port, to: claim.route)
        lookUp(claim)
    }

    private func lookUp(_ claim: RouteClaim) {
        tasks.add { [lookUps] in await lookUps.add([claim.route.destination.instance: [claim.port]]) }
    }

    func close(port: Int) async {
        try? await table.close(port: port).get()
    }
}
