/// The reasons that a status gives, as words that programs may rely on. More come from relays, which look destinations
/// up: see `DestinationLookupError.Code.statusReason`.
public enum StatusReason {
    /// Mail can be sent for every tenant. Of the condition only.
    public static let successful = "ConfigurationSuccessful"
    /// Some tenants have failed; the message lists them. Of the condition only.
    public static let someFailed = "FailedToApplyConfiguration"
    /// The resource, or something that it names, can't be used.
    public static let failed = "ConfigurationFailed"
    /// The annotation with the tenants has a fault.
    public static let tenantsInvalid = "ConfigurationError-MultitenancyAnnotation-Invalid"
    /// An older Destination claims the Service's name.
    public static let duplicate = "ConfigurationError-DuplicateDestinationCustomResource"
    /// A Service of that name is there which isn't ours.
    public static let foreignService = "ConfigurationError-K8sResourceWithNameAlreadyPresent"
    /// The API server doesn't take what has to be written.
    public static let notWritten = "ServiceCreationFailed"
    /// The manager couldn't apply the resource: the API server refused to read or change something. Of the condition only.
    public static let reconciliationFailed = "ReconciliationFailed"
    /// No relay port is free, or none for this namespace.
    public static let portsExhausted = "PortRangeExhausted"
    /// No relay that is ready serves the tenant yet.
    public static let relayNotReady = "RelayNotReady"
    /// Another Service leads to the tenant's port, which no relay serves therefore.
    public static let relayPortContested = "RelayPortContested"
    /// A relay can't have the tenant's port.
    public static let relayPortTaken = "RelayPortNotAvailable"
    /// A relay serves the tenant and hasn't found the destination yet.
    public static let lookupPending = "DestinationLookupPending"
}
