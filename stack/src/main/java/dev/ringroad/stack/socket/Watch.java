package dev.ringroad.stack.socket;

import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

/**
 * Somebody's interest in an endpoint's readiness; a link of the list that hangs at the endpoint.
 * Guarded by the stack's lock.
 */
@SuppressWarnings("ReferenceEquality") // links of a list are compared by identity
abstract class Watch {
    @Nullable Endpoint endpoint;
    int interest;
    @Nullable Watch next;

    /** The endpoint has some of the bits that this watch is interested in. */
    abstract void endpointReady();

    final void attach(Endpoint to, int newInterest) {
        endpoint = to;
        interest = newInterest;
        next = (Watch) to.attachment;
        to.attachment = this;
    }

    final void detach() {
        Endpoint from = endpoint;
        if (from == null) {
            return;
        }
        Watch head = (Watch) from.attachment;
        if (head == this) {
            from.attachment = next;
        } else {
            unlinkAfter(head);
        }
        endpoint = null;
        next = null;
    }

    private void unlinkAfter(@Nullable Watch head) {
        for (Watch before = head; before != null; before = before.next) {
            if (before.next == this) {
                before.next = next;
                return;
            }
        }
    }
}
