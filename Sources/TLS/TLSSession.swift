import COpenSSL
import Glibc

/// A session that a client may resume, saving both sides the certificates and a signature.
///
/// A resumed session is not verified again. So it is offered only to the server name it was made for, under the same
/// context, until a certificate of the chain expires, and no longer than ``maximumAge`` after the full handshake that
/// it goes back to, however many resumptions there were since. A handler that is given another one ignores it. The
/// caller keeps sessions per host and port. A TLS 1.3 session should be used once (RFC 8446, appendix C.4).
///
/// `@unchecked Sendable`: the `SSL_SESSION` is only read after `init`; each connection works on a copy of it.
public final class TLSSession: @unchecked Sendable {
    /// How long after a full handshake sessions that go back to it are resumed, in seconds.
    public static let maximumAge: Int64 = 24 * 60 * 60

    /// The system's time in seconds since 1970.
    public static var systemTime: Int64 { Int64(time(nil)) }

    let pointer: OpaquePointer
    private let scope: Scope
    let verification: Verification

    /// Takes over the caller's reference.
    init(owning pointer: OpaquePointer, scope: Scope, verification: Verification) {
        self.pointer = pointer
        self.scope = scope
        self.verification = verification
    }

    deinit {
        SSL_SESSION_free(pointer)
    }

    /// Whether resuming means the same as a full handshake now.
    ///
    /// - Parameter now: the time in seconds since 1970.
    func isValid(in scope: Scope, at now: Int64) -> Bool {
        self.scope == scope && verification.holds(at: now) && SSL_SESSION_is_resumable(pointer) == 1
    }
}

extension TLSSession {
    /// What a session is good for.
    struct Scope: Equatable, Sendable {
        let serverName: String
        let context: TLSClientContext.Identity

        static func == (left: Scope, right: Scope) -> Bool {
            left.serverName == right.serverName && left.context === right.context
        }
    }

    /// When a server's certificate was verified, and how long the result holds.
    struct Verification: Hashable, Sendable {
        private let verifiedAt: Int64
        /// The earliest end of a certificate of the chain; `nil` where none was verified.
        private let notAfter: Int64?

        /// - Parameters:
        ///   - verifiedAt: the time of the full handshake in seconds since 1970.
        ///   - chain: the certificates that were verified, OpenSSL's list; `nil` where the configuration verifies none.
        init(verifiedAt: Int64, chain: OpaquePointer?) {
            self.verifiedAt = verifiedAt
            guard let chain else {
                notAfter = nil
                return
            }
            notAfter = (0..<max(0, OPENSSL_sk_num(chain)))
                .map { index in
                    let certificate = OPENSSL_sk_value(chain, index).map { OpaquePointer($0) }
                    // A time that can't be read has passed.
                    return CertificateTime.seconds(X509_get0_notAfter(certificate)) ?? 0
                }
                .min()
        }

        /// A clock that was set back proves nothing.
        func holds(at now: Int64) -> Bool {
            now >= verifiedAt && now - verifiedAt < TLSSession.maximumAge && notAfter.map { now <= $0 } ?? true
        }
    }
}
