/// Whose destinations a source tells of: those of one subaccount at one Destination service, or of one folder.
///
/// What was found there serves on while the same origin is silent. The silence of another one is no reason to go on with
/// it: an instance that is led to another subaccount is led away from the logins of the former.
public struct DestinationOrigin: Hashable, Sendable {
    private let name: String

    /// An origin by a name that no other has.
    public init(_ name: String) { self.name = name }
}
