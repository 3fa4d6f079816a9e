/// What the server grants its clients. Each limit that is reached shows in a metric.
///
/// The numbers follow from the 128 MiB that the manifest grants, and from what was measured, in MiB:
///
/// | | each | at most |
/// |---|---|---|
/// | the server at rest | | 36 |
/// | connections after the handshake, with half a request's head | 0.03 | 16 |
/// | handshakes | 0.1 | 8 |
/// | request bodies | | 16 |
/// | a large review besides its body: 2.4 bytes for each of 3 MiB | 7 | 7 |
/// | small reviews | 2 | 8 |
/// | sum | | 91 |
///
/// What is left is for the Destinations of the cluster. A test runs the server in a control group of this size.
struct ServingLimits: Hashable, Sendable {
    /// Connections at a time; beyond that, others give way as `ConnectionTracker` has it. An API server opens one for each
    /// request under way.
    var connections = 512
    /// TLS handshakes at a time; beyond that, others give way as `ConnectionTracker` has it.
    var handshakes = 64
    /// TLS handshakes a second that aren't shared by client address while half as many as may be are under way.
    var handshakesPerSecond = 200
    /// Bytes of a request's body. The API server sends two copies of an object of at most 1.5 MiB.
    var body = 3 << 20
    /// Bytes of all bodies that are held at a time, shared by client address.
    var bodies = 16 << 20
    /// Values in a request's body. A Destination has some dozens, and its managed fields some hundreds.
    var values = 20_000
    /// Bytes of a body up to which a review is a small one.
    var smallBody = 64 << 10
    /// Small reviews at a time.
    var smallReviews = 4
    /// Large reviews at a time.
    var largeReviews = 1
    /// Requests for endpoints such as `/metrics` at a time.
    var endpointsAtATime = 4
    /// Bytes of all header fields of a request.
    var header = 8 << 10
    /// Header fields of a request.
    var headerFields = 64
    /// Bytes of a connection that the kernel keeps until they are read; Linux doubles it.
    var receiveBuffer = 64 << 10
    /// The time for a TLS handshake: that of the API server for the whole call.
    var handshake = Duration.seconds(5)
    /// The time from a request's first byte to its last; nor does the API server wait longer.
    var request = Duration.seconds(5)
    /// The time for making and sending an answer.
    var answer = Duration.seconds(5)
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
        case connections, body, bodies, header, handshake, handshakes, request, answer, idle
        case handshakeRate = "handshake_rate"
    }
}
