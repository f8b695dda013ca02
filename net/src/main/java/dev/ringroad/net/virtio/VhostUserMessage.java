package dev.ringroad.net.virtio;

import dev.ringroad.net.virtio.VhostUserPayload.Form;
import dev.ringroad.net.virtio.VhostUserPayload.Nothing;
import dev.ringroad.net.virtio.VhostUserPayload.Number;

/**
 * A message of vhost-user, to or from the back end. Descriptors travel beside it, see {@link
 * VhostUserChannel}.
 *
 * @param request what is asked, or answered
 * @param answer whether it is the back end's
 * @param acknowledgementWanted whether a request without an answer is to have one
 */
public record VhostUserMessage(
        VhostUserRequest request,
        boolean answer,
        boolean acknowledgementWanted,
        VhostUserPayload payload) {

    /** Checks that the payload is of the kind that belongs to the request. */
    public VhostUserMessage {
        Form wanted = answer ? request.answered() : request.asked();
        if (payload.form() != wanted) {
            throw new IllegalArgumentException(
                    (answer ? "an answer to " : "") + request + " carries " + wanted);
        }
    }

    /** A request without a payload. */
    public static VhostUserMessage ask(VhostUserRequest request) {
        return ask(request, new Nothing());
    }

    /** A request. */
    public static VhostUserMessage ask(VhostUserRequest request, VhostUserPayload payload) {
        return new VhostUserMessage(request, false, false, payload);
    }

    /** A request with a number. */
    public static VhostUserMessage ask(VhostUserRequest request, long number) {
        return ask(request, new Number(number));
    }

    /** The same request, which wants an acknowledgement. */
    public VhostUserMessage acknowledged() {
        return new VhostUserMessage(request, answer, true, payload);
    }

    /** An answer. */
    public static VhostUserMessage answer(VhostUserRequest request, VhostUserPayload payload) {
        return new VhostUserMessage(request, true, false, payload);
    }

    /** An answer that is a number; an acknowledgement is 0 for success. */
    public static VhostUserMessage answer(VhostUserRequest request, long number) {
        return answer(request, new Number(number));
    }

    /** The number that it carries; 0 if it carries something else. */
    public long number() {
        return payload instanceof Number number ? number.value() : 0;
    }
}
