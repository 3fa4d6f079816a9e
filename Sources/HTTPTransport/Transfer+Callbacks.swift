internal import CCurl
internal import TLS

/// libcurl calls these on the loop's thread, from within `curl_multi_perform` or `curl_easy_pause`.
extension Transfer {
    func setCallbacks() -> Bool {
        // Unretained: the loop holds the transfer for as long as its handle can call.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let results = [
            ccurl_set_pointer(handle, CURLOPT_PRIVATE, context),
            ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText.baseAddress),
            ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context),
            ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context),
            ccurl_set_pointer(handle, CURLOPT_READDATA, context),
            ccurl_set_pointer(handle, CURLOPT_SEEKDATA, context),
            ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, context),
            ccurl_set_pointer(handle, CURLOPT_PREREQDATA, context),
            ccurl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, context),
            ccurl_set_pointer(handle, CURLOPT_SSL_CTX_DATA, context),
            ccurl_set_pointer(handle, CURLOPT_DEBUGDATA, context),
            // What libcurl would write to stderr goes to the callback, which counts what the peer sends.
            ccurl_set_long(handle, CURLOPT_VERBOSE, exchange.request.maximumResponseBytes == nil ? 0 : 1),
            ccurl_set_debug_callback(handle) { _, type, _, count, context in
                if type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN { Transfer.context(context)?.received(count) }
                return 0
            },
            ccurl_set_tls_context_callback(handle) { _, tlsContext, context in
                guard let tlsContext, let transfer = Transfer.context(context) else { return CURLE_SSL_CERTPROBLEM }
                transfer.options.trustStore.use(inContext: tlsContext)
                return CURLE_OK
            },
            ccurl_set_long(handle, CURLOPT_NOPROGRESS, 0),
            ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
                guard let data, let transfer = Transfer.context(context) else { return 0 }
                return transfer.header(UnsafeRawBufferPointer(start: data, count: size * count))
            },
            ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
                guard let data, let transfer = Transfer.context(context) else { return 0 }
                return transfer.body(UnsafeRawBufferPointer(start: data, count: size * count))
            },
            ccurl_set_data_callback(handle, CURLOPT_READFUNCTION) { data, size, count, context in
                guard let data, let transfer = Transfer.context(context) else { return Int(CURL_READFUNC_ABORT) }
                return transfer.supply(UnsafeMutableRawBufferPointer(start: data, count: size * count))
            },
            ccurl_set_seek_callback(handle) { context, offset, origin in
                guard let transfer = Transfer.context(context) else { return CURL_SEEKFUNC_FAIL }
                return transfer.rewind(to: offset, origin)
            },
            ccurl_set_open_socket_callback(handle) { context, _, address in
                guard let address, let transfer = Transfer.context(context) else { return CURL_SOCKET_BAD }
                return transfer.openSocket(address)
            },
            ccurl_set_progress_callback(handle) { context, _, down, _, up in
                guard let transfer = Transfer.context(context) else { return 1 }
                transfer.progressed(down, up)
                // Ends the transfer.
                return transfer.failure == nil ? 0 : 1
            },
            ccurl_set_prerequest_callback(handle) { context, _, _, _, _ in
                guard let transfer = Transfer.context(context) else { return CURL_PREREQFUNC_ABORT }
                transfer.isConnected = true
                // A redirect leads to other addresses.
                (transfer.refusedAddress, transfer.hasOpenedSocket) = (nil, false)
                transfer.lastActivity = .now
                return CURL_PREREQFUNC_OK
            },
        ]
        return results.allSatisfy { $0 == CURLE_OK }
    }

    private static func context(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
        pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Opens a socket for an address of the host. libcurl tries the next one where it gets none.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        if let check = options.addressCheck {
            var bytes: UnsafePointer<UInt8>?
            let count = ccurl_address_bytes(address, &bytes)
            if let reason = check(Array(UnsafeBufferPointer(start: bytes, count: count))) {
                refusedAddress = reason
                return CURL_SOCKET_BAD
            }
        }
        hasOpenedSocket = true
        return ccurl_open_socket(address)
    }

    private func header(_ line: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        switch head.line(line, mayRedirect: exchange.request.maximumRedirects > 0) {
        case .needMore: break
        case .complete(let head): exchange.receive(head)
        case .tooLarge:
            failure = exchange.error(.protocolViolation, "headers too large")
            return 0
        }
        return line.count
    }

    /// Counts raw bytes. The framing of chunks and 1xx responses can be larger than the body by any factor.
    private func received(_ count: Int) {
        rawBytes += count
        guard let limit = exchange.request.maximumResponseBytes, failure == nil,
            rawBytes > 8 * limit + HeadParser.maximumBytes
        else { return }
        failure = exchange.error(.protocolViolation, "a response's framing exceeds its body many times")
    }

    private func body(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !bytes.isEmpty else { return 0 }
        if let limit = exchange.request.maximumResponseBytes, bytes.count > limit - receivedBytes {
            failure = exchange.error(.bodyTooLarge)
            return 0
        }
        switch exchange.receive(bytes) {
        case .keep, .deliver:
            lastActivity = .now
            receivedBytes += bytes.count
            return bytes.count
        case .pause:
            isDownloadPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        case .abort: return 0
        }
    }

    private func supply(_ room: UnsafeMutableRawBufferPointer) -> Int {
        switch exchange.request.body {
        case .none: return 0
        case .bytes(let bytes):
            let count = min(room.count, bytes.count - sentBytes)
            room.copyBytes(from: bytes[sentBytes..<sentBytes + count])
            sentBytes += count
            return count
        case .stream:
            switch exchange.take(into: room) {
            case .bytes(let count, _):
                lastActivity = .now
                return count
            case .pause:
                isUploadPaused = true
                return Int(CURL_READFUNC_PAUSE)
            case .end: return 0
            case .abort: return Int(CURL_READFUNC_ABORT)
            }
        }
    }

    /// libcurl repeats a request whose reused connection turns out to be closed; a body in memory can be read again.
    private func rewind(to offset: curl_off_t, _ origin: Int32) -> Int32 {
        guard case .bytes(let bytes) = exchange.request.body, origin == 0, offset >= 0, offset <= bytes.count else {
            return CURL_SEEKFUNC_FAIL
        }
        sentBytes = Int(offset)
        return CURL_SEEKFUNC_OK
    }

    private func progressed(_ down: curl_off_t, _ up: curl_off_t) {
        guard down != lastCounters.down || up != lastCounters.up else { return }
        lastCounters = (down, up)
        lastActivity = .now
    }
}
