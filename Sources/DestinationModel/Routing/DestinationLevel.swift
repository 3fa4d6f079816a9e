/// Where in the Destination service a destination or fragment is kept.
public enum DestinationLevel: String, Hashable, Sendable, CaseIterable {
    case providerSubaccount = "provider_subaccount"
    case providerInstance = "provider_instance"
    case subaccount
    case instance
}
