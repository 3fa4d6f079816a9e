internal import Glibc

/// A detached thread of our own, for what blocks.
public enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread that no signal is delivered to: SIGTERM belongs to the process's own handler, and
    /// the SIGPIPE of a write to a closed connection must not end the process.
    ///
    /// - Returns: whether there is such a thread.
    public static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var everything = sigset_t()
        var before = sigset_t()
        sigfillset(&everything)
        // The new thread inherits the mask, so it can't be caught between start and first line.
        pthread_sigmask(SIG_SETMASK, &everything, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        guard result == 0 else {
            context.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
