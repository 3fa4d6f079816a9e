public import DestinationModel
public protocol AccessTokenSource: Sendable { func token(for c: OAuth2ClientCredentials, tenant: String?, insteadOf: Secret?) async throws -> Secret }
public struct NoTokens: AccessTokenSource { public init() {} ; public func token(for c: OAuth2ClientCredentials, tenant: String?, insteadOf: Secret?) async throws -> Secret { throw CancellationError() } }
