import Testing

extension WithMailServers {
    /// Manager, relays, API server and mail servers together: from a Destination to a mail in the right mailbox.
    @Suite struct ProductTests {}
}
