internal import CCurl
internal import TLS

extension Transfer {
    /// Sets every option of the handle. Answers whether libcurl took them all.
    func configure() -> Bool {
        let request = exchange.request
        var isGood = true
        func long(_ option: CURLoption, _ value: Int) {
            isGood = isGood && ccurl_set_long(handle, option, value) == CURLE_OK
        }
        func string(_ option: CURLoption, _ value: String?) {
            isGood = isGood && ccurl_set_string(handle, option, value) == CURLE_OK
        }

        string(CURLOPT_URL, request.target.url)
        string(CURLOPT_PROTOCOLS_STR, "http,https")
        long(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // Signals are for single-threaded programs; and a name look-up that nobody waits for any more must not hold up
        // the loop, which without QUICK_EXIT would join the resolver's thread.
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_QUICK_EXIT, 1)
        long(CURLOPT_TCP_KEEPALIVE, 1)
        string(CURLOPT_USERAGENT, options.userAgent)
        long(CURLOPT_HTTP_VERSION, Int(options.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))

        long(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.curlLimit)
        if let overall = request.timeouts.overall { long(CURLOPT_TIMEOUT_MS, overall.curlLimit) }
        if let limit = request.maximumResponseBytes, limit > 0 {
            isGood = isGood && ccurl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limit)) == CURLE_OK
        }
        if request.maximumRedirects > 0 {
            long(CURLOPT_FOLLOWLOCATION, 1)
            long(CURLOPT_MAXREDIRS, request.maximumRedirects)
            // Never from https down to http.
            string(CURLOPT_REDIR_PROTOCOLS_STR, request.target.origin.hasPrefix("https:") ? "https" : "http,https")
        }
        isGood =
            isGood && setTLS() && setProxy() && setMethodAndBody() && setHeaders() && setAddresses() && setCallbacks()
        return isGood
    }

    private func setTLS() -> Bool {
        let minimum = Int(CURL_SSLVERSION_TLSv1_2)
        var results = [
            ccurl_set_long(handle, CURLOPT_SSLVERSION, minimum),
            ccurl_set_long(handle, CURLOPT_PROXY_SSLVERSION, minimum),
            ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
        ]
        let (suites12, suites13) = (TLSPolicy.cipherSuites12, TLSPolicy.cipherSuites13)
        for (option, names) in [
            (CURLOPT_SSL_CIPHER_LIST, suites12), (CURLOPT_PROXY_SSL_CIPHER_LIST, suites12),
            (CURLOPT_TLS13_CIPHERS, suites13), (CURLOPT_PROXY_TLS13_CIPHERS, suites13),
            (CURLOPT_SSL_EC_CURVES, TLSPolicy.groups),
        ] {
            results.append(ccurl_set_string(handle, option, names.joined(separator: ":")))
        }
        func blob(_ option: CURLoption, _ bytes: PinnedBytes) {
            results.append(ccurl_set_blob(handle, option, bytes.pointer.baseAddress, bytes.pointer.count))
        }
        // The store of the client takes the place of what libcurl would read for each connection.
        for option in [CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH] {
            results.append(ccurl_set_string(handle, option, nil))
        }
        if let certificate = options.certificate, let key = options.privateKey {
            blob(CURLOPT_SSLCERT_BLOB, certificate)
            blob(CURLOPT_SSLKEY_BLOB, key)
            // An encrypted key is an error then. Without it a passphrase is asked for, which ends the process here.
            results.append(ccurl_set_string(handle, CURLOPT_KEYPASSWD, ""))
        }
        return results.allSatisfy { $0 == CURLE_OK }
    }

    private func setProxy() -> Bool {
        // What a proxy says about its tunnel is not part of the answer.
        guard ccurl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1) == CURLE_OK else { return false }
        switch options.proxy {
        case .environment: return true
        case .none: return ccurl_set_string(handle, CURLOPT_PROXY, "") == CURLE_OK
        case .url(let url):
            // An empty no_proxy list, so that the environment's doesn't count.
            return ccurl_set_string(handle, CURLOPT_PROXY, url) == CURLE_OK
                && ccurl_set_string(handle, CURLOPT_NOPROXY, "") == CURLE_OK
        }
    }

    private func setMethodAndBody() -> Bool {
        let request = exchange.request
        let length: curl_off_t?
        switch request.body {
        case .none:
            switch request.method {
            case "GET": return ccurl_set_long(handle, CURLOPT_HTTPGET, 1) == CURLE_OK
            case "HEAD": return ccurl_set_long(handle, CURLOPT_NOBODY, 1) == CURLE_OK
            case "POST", "PUT", "PATCH": length = 0
            default: return ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method) == CURLE_OK
            }
        case .bytes(let bytes): length = curl_off_t(bytes.count)
        case .stream: length = nil
        }
        // An upload takes any method, reads its body by callback, and adds no Content-Type of its own.
        return ccurl_set_long(handle, CURLOPT_UPLOAD, 1) == CURLE_OK
            && ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method) == CURLE_OK
            && ccurl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, length ?? -1) == CURLE_OK
    }

    private func setHeaders() -> Bool {
        // No "Expect: 100-continue": servers that don't know it cost a second's wait.
        setList(CURLOPT_HTTPHEADER, exchange.request.headerLines + ["Expect:"], &headerList)
    }

    /// Names the addresses that have been looked up for the host, so that libcurl asks no name server.
    private func setAddresses() -> Bool {
        guard let addresses = exchange.request.addresses else { return true }
        let target = exchange.request.target
        // A name with a final dot may have lost it by the time that libcurl looks for it here.
        let names = Set([target.host, target.host.hasSuffix(".") ? String(target.host.dropLast()) : target.host])
        return setList(CURLOPT_RESOLVE, names.map { "+\($0):\(target.port):\(addresses)" }, &addressList)
    }

    private func setList(
        _ option: CURLoption,
        _ lines: [String],
        _ list: inout UnsafeMutablePointer<curl_slist>?
    ) -> Bool {
        for line in lines {
            guard let extended = curl_slist_append(list, line) else { return false }
            list = extended
        }
        return ccurl_set_list(handle, option, list) == CURLE_OK
    }
}
