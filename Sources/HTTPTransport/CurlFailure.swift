internal import CCurl

/// libcurl's verdict in our terms.
struct CurlFailure {
    let code: HTTPError.Code
    var detail: String?

    init(_ result: CURLcode, text: String, isConnected: Bool, proxyStatus: Int) {
        if proxyStatus >= 300, !isConnected {
            (code, detail) = (.proxy, "the proxy answers \(proxyStatus)")
            return
        }
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: code = .resolve
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: code = .proxy
        case CURLE_COULDNT_CONNECT: code = .connect
        case CURLE_OPERATION_TIMEDOUT: code = isConnected ? .overallTimeout : .connectTimeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CLIENTCERT:
            // These texts name certificates, hosts and TLS alerts only.
            (code, detail) = (.tls, text)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            // TLS 1.3 servers refuse a client certificate only after the handshake (RFC 8446 §4.4.2.4), so it shows up
            // as a failed read with the alert in OpenSSL's words.
            if text.hasPrefix("OpenSSL"), text.contains("alert") {
                (code, detail) = (.tls, text)
            } else {
                code = .connectionLost
            }
        case CURLE_GOT_NOTHING: code = .connectionLost
        case CURLE_PARTIAL_FILE: (code, detail) = (.protocolViolation, "the answer is cut short")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_BAD_CONTENT_ENCODING:
            code = .protocolViolation
        case CURLE_TOO_MANY_REDIRECTS: (code, detail) = (.protocolViolation, "too many redirects")
        case CURLE_FILESIZE_EXCEEDED: code = .bodyTooLarge
        case CURLE_URL_MALFORMAT: code = .invalidURL
        default: (code, detail) = (.failed, "libcurl error \(result.rawValue)")
        }
    }
}
