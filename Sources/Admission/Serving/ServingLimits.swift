/// What the server grants its clients. Each limit that is reached shows in a metric.
struct ServingLimits: Hashable, Sendable {
    /// Connections at a time; beyond that, others give way as `ConnectionTracker` has it. An API server opens one for each
    /// request under way.
    var connections = 2000
    /// Octets of a request's body. The API server sends two copies of an object of at most 1.5 MiB.
    var body = 3 << 20
    /// Octets of all bodies that are held at a time.
    var bodies = 64 << 20
    /// Octets of all header fields of a request.
    var header = 16 << 10
    /// The time for a TLS handshake.
    var handshake = Duration.seconds(10)
    /// The time from a request's first octet to its last.
    var request = Duration.seconds(10)
    /// The time for making and sending an answer.
    var answer = Duration.seconds(10)
    /// The pause between two requests: longer than the 90 seconds of the API server, so that it is the one to close.
    var idle = Duration.seconds(180)
    /// How long a client has to take note that the connection is being closed.
    var closing = Duration.seconds(2)

    /// As many connections as there are files to have, with some left for what the server reads itself: out of files, it
    /// could neither take a connection nor refuse one.
    mutating func fit(descriptors: Int) {
        connections = min(connections, max(descriptors - 128, 1))
    }

    /// The names of the limits in the metric.
    enum Name: String, CaseIterable {
        case connections, body, bodies, header, handshake, request, answer, idle
    }
}
