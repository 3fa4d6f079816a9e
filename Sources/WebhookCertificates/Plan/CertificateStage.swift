/// Where the webhook's certificate stands. It is worked out anew from the three objects each time and kept nowhere
/// else, so that whoever leads next goes on from any point, even between two writes.
///
/// All but the last three call for a write, after which everything is looked at again. The usual ways are
/// - first issue: `authorityMissing`, `bundleUnpublished`, `leafUnusable`, `settled`;
/// - renewal: `leafDue`, `settled`;
/// - change of authority: `rollOverDue`, `bundleUnpublished`, `announcing`, `switchDue`, `leafAhead`, `retiring`,
///   `retirementDue`, `bundleUnpublished`, `settled`.
public enum CertificateStage: Sendable, Hashable {
    /// Someone else looks after the certificate. Goes anywhere once that has ended.
    case handsOff(HandsOffReason)
    /// The serving certificate is already signed by the next authority: its role is noted. Goes to `retiring`, for
    /// the bundle stays as it is.
    case leafAhead
    /// No authority can be used, and what is served isn't accepted either: the next authority steps in, or a new one is
    /// made, and nothing is waited for. Goes to `bundleUnpublished`.
    case authorityMissing
    /// What is served is accepted, but whoever signed it isn't our active authority, as when the authority's Secret
    /// was lost: the signer is noted, without a key, and a successor made. Goes to `bundleUnpublished`.
    case authorityOrphaned
    /// Two thirds of the authority's life are over, or its key is lost: the next one is made. Goes to
    /// `bundleUnpublished`.
    case rollOverDue
    /// The authority's Secret says something that it should not, such as an expired authority: it's put in order.
    /// Goes to wherever it would be without that.
    case authorityUntidy
    /// The webhook configuration's bundle isn't exactly the authorities that have to be trusted: it's replaced. Goes
    /// to any of those below.
    case bundleUnpublished
    /// The serving certificate is no good: a new one is made. Goes to `announcing`, `retiring` or `settled`, and to
    /// `leafAhead` where only the next authority could sign.
    case leafUnusable(LeafFault)
    /// Every API server knows the next authority: it signs a new serving certificate. Goes to `leafAhead`.
    case switchDue
    /// Two thirds of the serving certificate's life are over: a new one is made. Goes to `settled`, `announcing` or
    /// `retiring`.
    case leafDue
    /// The serving Secret lacks its label or its authority's certificate: they are added. Goes to the last three.
    case servingUntidy
    /// Every admission server serves the active authority's certificate: the previous ones are dropped. Goes to
    /// `bundleUnpublished`.
    case retirementDue
    /// The next authority is in the bundle, but perhaps not every API server has seen it. Goes to `switchDue`.
    case announcing
    /// Perhaps not every admission server has seen the certificate by the active authority. Goes to `retirementDue`.
    case retiring
    /// There is nothing to do. Goes to `leafDue`, or to `rollOverDue`.
    case settled
}
