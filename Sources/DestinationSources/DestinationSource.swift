public import DestinationModel

/// Where destinations come from: a directory of files, or the Destination service.
public protocol DestinationSource: Sendable {
    /// Looks a destination up. What is cached and for how long is the source's business.
    ///
    /// - Throws: what is wrong, told apart so that a status or an SMTP reply can name it.
    func resolve(_ reference: DestinationReference) async throws(DestinationLookupError) -> ResolvedDestination

    /// What may have changed from now on. Each call is a subscription of its own, with one consumer.
    func changes() -> DestinationChanges
}
