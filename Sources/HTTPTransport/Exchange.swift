internal import Synchronization

/// One request and its answer, shared by the caller's tasks and the transfer loop's thread.
///
/// Continuations are resumed and the loop is told outside the locks.
final class Exchange: Sendable {
    let id: UInt64
    let request: PreparedRequest
    private let loop: TransferLoop
    private let response = Mutex(ResponseFlow())
    private let upload = Mutex(UploadFlow())
    /// The task that supplies a streamed request body.
    private let supplier = Mutex<Task<Void, Never>?>(nil)

    init(id: UInt64, request: PreparedRequest, loop: TransferLoop) {
        self.id = id
        self.request = request
        self.loop = loop
    }

    /// An error of this exchange.
    func error(_ code: HTTPError.Code, _ detail: String? = nil) -> HTTPError {
        HTTPError(code, origin: request.target.origin, detail: detail)
    }

    // MARK: The caller's side

    /// Waits for status and header fields.
    func head() async throws(HTTPError) -> HTTPResponseHead {
        try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let answer = response.withLock({ $0.wantsHead(continuation) }) {
                    continuation.resume(returning: answer)
                }
            }
        } onCancel: {
            cancel()
        }.get()
    }

    /// Waits for the next chunk of the body; `nil` at its end.
    func nextChunk() async throws(HTTPError) -> [UInt8]? {
        try await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: ResponseFlow.Chunk) in
                switch response.withLock({ $0.wantsChunk(continuation) }) {
                case .wait: break
                case .answer(let answer): continuation.resume(returning: answer)
                case .answerAndResume(let chunk):
                    continuation.resume(returning: .success(chunk))
                    loop.resume(id, .download)
                }
            }
        } onCancel: {
            cancel()
        }.get()
    }

    /// Ends the exchange on the caller's behalf; no effect on one that is over.
    func cancel() { abandon(error(.cancelled)) }

    /// Starts the task that sends a streamed request body; it is cancelled when the exchange is over.
    func sendInBackground(_ body: HTTPBodyStream) {
        let task = Task { await send(body) }
        supplier.withLock { $0 = task }
        // The end may have come before there was a task to cancel.
        if response.withLock({ $0.hasEnded }) { task.cancel() }
    }

    private func send(_ body: HTTPBodyStream) async {
        do {
            try await body.forEachChunk { await self.offer($0) }
        } catch {
            abandon(self.error(.requestBodyFailed))
            return
        }
        if upload.withLock({ $0.finished() }) { loop.resume(id, .upload) }
    }

    private func offer(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            switch upload.withLock({ $0.offered(bytes, continuation) }) {
            case .wait(let resume):
                if resume { loop.resume(id, .upload) }
            case .answer(let goOn): continuation.resume(returning: goOn)
            }
        }
    }

    private func abandon(_ error: HTTPError) {
        let isOver = response.withLock { $0.hasEnded }
        guard !isOver else { return }
        end(.failure(error))
        loop.abort(id)
    }

    // MARK: The loop's side

    /// Status and header fields are complete.
    func receive(_ head: HTTPResponseHead) {
        response.withLock { $0.received(head) }?.resume(returning: .success(head))
    }

    /// Bytes of the body arrived, at least one.
    func receive(_ bytes: UnsafeRawBufferPointer) -> ResponseFlow.ChunkAction {
        let action = response.withLock { $0.received(bytes) }
        if case .deliver(let continuation) = action { continuation.resume(returning: .success([UInt8](bytes))) }
        return action
    }

    /// libcurl has room for more of a streamed request body.
    func take(into room: UnsafeMutableRawBufferPointer) -> UploadFlow.TakeAction {
        let action = upload.withLock { $0.take(into: room) }
        if case .bytes(_, let producer) = action { producer?.resume(returning: true) }
        return action
    }

    /// The exchange is over; only the first call counts.
    func end(_ result: Result<Void, HTTPError>) {
        switch response.withLock({ $0.ended(result) }) {
        case .none: break
        case .head(let continuation):
            switch result {
            case .success: continuation.resume(returning: .failure(error(.protocolViolation, "no answer")))
            case .failure(let error): continuation.resume(returning: .failure(error))
            }
        case .chunk(let continuation): continuation.resume(returning: result.map { nil })
        }
        upload.withLock { $0.closed() }?.resume(returning: false)
        supplier.withLock { $0.take() }?.cancel()
    }
}
