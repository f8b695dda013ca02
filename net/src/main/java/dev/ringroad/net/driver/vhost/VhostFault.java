package dev.ringroad.net.driver.vhost;

import org.jspecify.annotations.Nullable;

/** Why a connection's rings are beyond use; its control work ends the connection then. */
final class VhostFault {

    private final VhostCounters counters;
    private @Nullable VhostDrop reason;

    VhostFault(VhostCounters counters) {
        this.counters = counters;
    }

    /** Counts a reason; the first is remembered. */
    void raise(VhostDrop cause) {
        counters.drop(cause);
        if (reason == null) {
            reason = cause;
        }
    }

    /** Null while all is fine. */
    @Nullable VhostDrop reason() {
        return reason;
    }
}
