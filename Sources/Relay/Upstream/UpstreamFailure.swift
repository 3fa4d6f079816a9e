import DestinationModel
import DestinationSources
import NIOCore
import NIOPosix
import NameResolution
import ObjectModel
import SMTP
import TLS
import Text
import UpstreamPool

/// Why a transaction gets no session, or lost the one it had.
struct UpstreamFailure: Error, Sendable {
    /// The kinds, by what the operator has to look at.
    enum Kind: String, Sendable, CaseIterable {
        case destination
        case nameResolution = "name_resolution"
        case address
        case connect
        case tls
        case token
        case login
        case refused
        case proto = "protocol"
        case timeout
        case lost
        case poolFull = "pool_full"
        case poolWait = "pool_wait"
        case draining
    }

    let kind: Kind
    /// One line of bounded length for logs and statuses, without secrets. A mail server may have written part of it.
    let reason: String
    /// One line for applications: without secrets, files and what is known of other services than the mail server.
    let publicReason: String
    /// How the pool takes it.
    let opening: PoolStateMachine<Int, UpstreamFailure>.OpeningFailure
    /// Why the destination can't be looked up.
    private var lookUp: DestinationLookupError?
    /// The word that the status of Destinations has for it.
    private(set) var statusReason = "ConfigurationFailed"
    /// The mail server has looked at what we log in with, and doesn't want it.
    private(set) var areCredentialsRefused = false
    /// The host itself has failed, whoever wants to log in.
    private(set) var isFromHost = false

    /// No session is lent any more.
    static let draining = UpstreamFailure(.draining, "being stopped, try again")

    /// - Parameter publicReason: where applications mustn't hear the reason itself.
    init(
        _ kind: Kind,
        _ reason: String,
        publicReason: String? = nil,
        opening: PoolStateMachine<Int, UpstreamFailure>.OpeningFailure = .unavailable
    ) {
        self.kind = kind
        // What is wrong with a destination may take several sentences, each of them bounded.
        let limit = kind == .destination ? 4096 : 512
        self.reason = BoundedText.line(reason, limit: limit)
        self.publicReason = BoundedText.line(publicReason ?? reason, limit: limit)
        self.opening = opening
    }

    /// Whom the failure of an attempt slows.
    var scope: OpeningPacer.Machine.Scope {
        switch opening {
        case .loginRefused: .login
        case .unavailable, .tooManySessions: isFromHost ? .host : .account
        }
    }

    /// What the application is told (the table in the relay's contract).
    /// - Parameter route: the text names its destination and tenant.
    func reply(for route: Route) -> Reply {
        let tenant = route.tenant.map { ", tenant \($0)" } ?? ""
        let place = "\(route.resource) (destination \(route.destination.destination)\(tenant))"
        let (code, status): (Int, String) =
            switch kind {
            case .destination: (451, "4.3.5")
            case .nameResolution: (451, "4.4.3")
            case .connect, .refused: (451, "4.4.1")
            case .address: (451, "4.4.4")
            case .tls: (451, "4.7.5")
            case .token, .login: (451, "4.7.0")
            case .proto, .timeout, .lost: (451, "4.4.2")
            case .poolFull, .poolWait: (451, "4.3.2")
            case .draining: (421, "4.3.2")
            }
        return Reply(code, "\(status) \(place): \(publicReason)".replyText)
    }
}

extension UpstreamFailure {
    /// Whether mail flows on with what was found before.
    func leavesStanding(_ target: UpstreamTarget) -> Bool { lookUp?.leavesStanding(target.origin) ?? false }

    /// What went wrong while looking the destination up.
    init(_ error: DestinationLookupError) {
        self.init(.destination, error.description, publicReason: error.publicDescription)
        lookUp = error
        statusReason = error.code.statusReason
    }

    /// Why there is no access token.
    init(_ error: TokenError) {
        let text = "no access token: "
        self.init(.token, text + error.description, publicReason: text + error.publicDescription)
    }

    /// Why TLS can't be set up, with the files of our own that are wrong.
    init(configuring error: TLSError) {
        self.init(.tls, error.description, publicReason: "\(error.code)")
    }

    /// What went wrong while connecting to `destination`.
    init(connecting error: any Error, to destination: MailDestination) {
        let place = "\(destination.host) port \(destination.port)"
        switch error {
        case let error as UpstreamFailure:
            self = error
        case let error as TLSError:
            self.init(.tls, "\(place): \(error)")
        case let error as NIOConnectionError:
            let reason = error.connectionErrors.last.map { Self.text(of: $0.error) } ?? "no address"
            self.init(.connect, "can't connect to \(place): \(reason)")
        case let error as ChannelError:
            switch error {
            case .connectTimeout: self.init(.connect, "\(place) does not answer")
            default: self.init(.connect, "can't connect to \(place)")
            }
        default:
            self.init(.connect, "can't connect to \(place): \(Self.text(of: error))")
        }
        isFromHost = Self.isFromHost(error, destination)
    }

    /// Whether an error on the way to a host says that the host doesn't work for others either.
    private static func isFromHost(_ error: any Error, _ destination: MailDestination) -> Bool {
        switch error {
        case let error as UpstreamFailure:
            error.isFromHost
        case let error as NIOConnectionError:
            error.connectionErrors.last.map { isFromHost($0.error, destination) } ?? false
        case let error as IOError:
            [ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
        case ChannelError.connectTimeout:
            // A destination that allows less time than usual says nothing about the host.
            destination.connectTimeout.map { $0 >= UpstreamTarget.defaultConnectLimit } ?? true
        default:
            false
        }
    }

    /// Why the mail server's name has no addresses.
    init(_ failure: NameLookupFailure, host: String) {
        let reason =
            switch failure {
            case .notFound: "the name \(host) does not exist"
            case .noAnswer: "no answer from DNS for \(host)"
            case .timedOut: "no answer from DNS for \(host) in time"
            case .overloaded: "too many name look-ups of the namespace wait"
            }
        self.init(.nameResolution, reason)
    }

    /// None of the mail server's addresses may be connected to.
    /// - Parameter text: says which and why, for the log. Applications aren't to learn where a name leads.
    init(refusing text: String, of destination: MailDestination) {
        let place = "\(destination.host) port \(destination.port)"
        self.init(.address, "\(place): \(text)", publicReason: "address not allowed")
    }

    /// What ended a session whose connection stood.
    init(losing error: any Error, with destination: MailDestination) {
        let place = "\(destination.host) port \(destination.port)"
        switch error {
        case let error as UpstreamFailure:
            self = error
        case let error as TLSError where error.code == .uncleanShutdown:
            self.init(.lost, "\(place) has cut the session off")
        case let error as TLSError:
            self.init(.tls, "\(place): \(error)")
        default:
            self.init(.lost, "the session with \(place) broke off: \(Self.text(of: error))")
        }
    }

    private static func text(of error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "no answer in time"
        default: "\(type(of: error))"
        }
    }

    /// What the session's state machine has to say.
    init(_ failure: ClientFailure, at destination: MailDestination) {
        let opening: PoolStateMachine<Int, UpstreamFailure>.OpeningFailure =
            failure.isTooManySessions ? .tooManySessions : .unavailable
        let place = "\(destination.host) port \(destination.port)"
        switch failure {
        case .refused(let reply):
            self.init(.refused, "\(place) refuses the session: \(reply.code) \(reply.text)", opening: opening)
        case .noMechanism(let offered):
            let list = offered.isEmpty ? "none that the relay speaks" : offered.map(\.rawValue).joined(separator: ", ")
            self.init(
                .login,
                "\(place) offers no way to log in that fits the destination (offered: \(list))",
                opening: .loginRefused
            )
        case .loginRefused(let mechanism, let reply):
            self.init(
                .login,
                "\(place) refuses the login (\(mechanism.rawValue)): \(reply.code) \(reply.text)",
                opening: .loginRefused
            )
            areCredentialsRefused = failure.areCredentialsRefused
        case .loginDeferred(let mechanism, let reply):
            self.init(
                .login,
                "\(place) defers the login (\(mechanism.rawValue)): \(reply.code) \(reply.text)",
                opening: opening
            )
        case .malformed(let malformation):
            self.init(.proto, "\(place) doesn't speak SMTP: \(malformation.rawValue)")
        case .greetedWithoutTLS(let reply):
            self.init(.tls, "\(place) speaks SMTP without TLS: \(reply.code) \(reply.text)")
        case .notTLS:
            self.init(.tls, "\(place) does not speak TLS")
        case .unexpectedReply(let reply):
            self.init(.lost, "\(place) closes the session: \(reply.code) \(reply.text)")
        case .greetingRefused(let reply):
            self.init(.refused, "\(place) refuses the session: \(reply.code) \(reply.text)", opening: opening)
            // A lasting refusal may be about what this destination is, such as the name in its EHLO.
            isFromHost = reply.isTransient
        }
    }
}

extension String {
    /// The text as one line of a reply: printable ASCII (RFC 5321 §4.2), so that a line end in what a server or a file
    /// told us can't start another reply; at most 512 octets with the code and the line end (§4.5.3.1.5).
    fileprivate var replyText: String {
        TextCutter.cut(unicodeScalars, limit: 512 - "451 \r\n".utf8.count, ellipsis: "...") {
            (" "..."~").contains($0) ? $0 : "?"
        }
    }
}
