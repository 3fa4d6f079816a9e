/// The certification authorities that a peer's certificate may lead to.
///
/// Every certificate in a bundle file counts as a root, self-signed or not, as in a Java trust store.
public enum TLSTrustRoots: Sendable, Hashable {
    /// The system's trust store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    case system
    /// The system's trust store and a PEM bundle added to it.
    case systemAnd(file: String)
    /// The system's trust store and these certificates, as the text of a PEM bundle.
    case systemAndBundle([UInt8])
    /// Only this PEM bundle.
    case file(String)
    /// Only these certificates, as the text of a PEM bundle.
    case bundle([UInt8])
}
