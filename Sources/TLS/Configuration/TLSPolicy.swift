import COpenSSL

/// What TLS connections of either side may use besides the version: the one place where it is set (RFC 9325).
///
/// Key agreement is always ephemeral and over elliptic curves. Finite-field Diffie-Hellman lets the peer choose the
/// size of the numbers, and so how long it occupies an event loop. Encryption is always authenticated (AEAD).
public enum TLSPolicy {
    /// The cipher suites of TLS 1.2, in order of preference, in OpenSSL's spelling.
    public static let cipherSuites12 = [
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
    ]
    /// The cipher suites of TLS 1.3, in order of preference.
    public static let cipherSuites13 = [
        "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
    ]
    /// The groups for key agreement, in order of preference: a hybrid one first where OpenSSL has it (3.5 and later).
    public static let groups = (knowsGroup("X25519MLKEM768") ? ["X25519MLKEM768"] : []) + curves
    private static let curves = ["X25519", "P-256", "X448", "P-384", "P-521"]
    /// OpenSSL's level: 112 bits, so RSA keys of at least 2048 bits.
    public static let securityLevel = 2
    /// The longest list of certificates that a peer may show, in bytes.
    static let maximumCertificateListLength = 64 * 1024
    /// The most certificates between a peer's and a trusted one.
    static let maximumChainDepth = 10

    /// The policy and the version of OpenSSL that carries it out, in a line for an operator.
    public static var summary: String {
        let version = String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))
        let groups = groups.joined(separator: " ")
        return "ECDHE with AEAD, groups \(groups), security level \(securityLevel), OpenSSL \(version)"
    }

    private static func knowsGroup(_ name: String) -> Bool {
        defer { ERR_clear_error() }
        guard let context = SSL_CTX_new(TLS_method()) else { return false }
        defer { SSL_CTX_free(context) }
        return COpenSSL_SSL_CTX_set1_groups_list(context, name) == 1
    }
}
