internal import CCurl

/// One exchange under way: a libcurl handle and what its callbacks need. Lives on the loop's thread only.
final class Transfer {
    let handle: UnsafeMutableRawPointer
    let exchange: Exchange
    let options: TransferOptions
    /// Freed after the handle that points to it.
    var headerList: UnsafeMutablePointer<curl_slist>?
    var addressList: UnsafeMutablePointer<curl_slist>?
    /// libcurl writes its explanation here.
    let errorText: UnsafeMutableBufferPointer<CChar>

    /// The part of a request body in memory that has been read.
    var sentBytes = 0
    var head = HeadParser()
    /// Of the response's body.
    var receivedBytes = 0
    /// Of everything that the peer sent as the response: header fields, body, and what frames them.
    var rawBytes = 0
    /// A failure of our own making that libcurl can only report as an aborted callback.
    var failure: HTTPError?

    /// Why an address of the host that is being connected to was refused.
    var refusedAddress: String?
    /// Whether a connection to any of its addresses was tried.
    var hasOpenedSocket = false
    var isConnected = false
    var isDownloadPaused = false
    var isUploadPaused = false
    var lastActivity = ContinuousClock.now
    var lastCounters: (down: curl_off_t, up: curl_off_t) = (0, 0)

    /// Makes the handle; `nil` when libcurl has no memory or refuses an option.
    init?(_ exchange: Exchange, _ options: TransferOptions) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.exchange = exchange
        self.options = options
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
        guard configure() else { return nil }
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        curl_slist_free_all(addressList)
        errorText.deallocate()
    }

    /// The transfer of a handle that is known to be ours.
    static func of(_ handle: UnsafeMutableRawPointer) -> Transfer? {
        var pointer: UnsafeMutableRawPointer?
        guard ccurl_get_private(handle, &pointer) == CURLE_OK, let pointer else { return nil }
        return Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// When the peer will have stood still too long; `nil` while it isn't the peer's turn.
    var stallDeadline: ContinuousClock.Instant? {
        guard let stall = exchange.request.timeouts.stall, isConnected, !isDownloadPaused, !isUploadPaused else {
            return nil
        }
        return lastActivity + stall
    }

    /// Goes on in one direction after the caller has made room or supplied more.
    func resume(_ direction: TransferLoop.Direction) {
        switch direction {
        case .download: isDownloadPaused = false
        case .upload: isUploadPaused = false
        }
        lastActivity = .now
        let pauses = (isDownloadPaused ? CURLPAUSE_RECV : 0) | (isUploadPaused ? CURLPAUSE_SEND : 0)
        // This may run the callbacks at once, which may pause again. A failure ends the transfer in the next round.
        curl_easy_pause(handle, pauses)
    }

    /// Tells the exchange how it ended.
    func finish(_ result: Result<Void, HTTPError>) {
        if case .success = result, let head = head.takeUndelivered() { exchange.receive(head) }
        exchange.end(result)
    }

    /// What libcurl's verdict means.
    func outcome(_ code: CURLcode) -> Result<Void, HTTPError> {
        if code == CURLE_OK { return .success(()) }
        if let failure { return .failure(failure) }
        if let refusedAddress, !hasOpenedSocket {
            return .failure(exchange.error(.addressNotAllowed, refusedAddress))
        }
        var connectStatus = 0
        _ = ccurl_get_long(handle, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
        let text = errorText.baseAddress.map { String(cString: $0) } ?? ""
        let reason = CurlFailure(code, text: text, isConnected: isConnected, proxyStatus: connectStatus)
        return .failure(exchange.error(reason.code, reason.detail))
    }
}
