package dev.ringroad.net.virtio;

import java.io.IOException;

/**
 * A peer that does not keep to vhost-user, or that can't be served. The message is a sentence; the
 * connection ends.
 */
public final class VhostUserException extends IOException {

    private static final long serialVersionUID = 1L;

    /** With a sentence about what the peer did. */
    public VhostUserException(String sentence) {
        super(sentence);
    }

    /** With a sentence about what the peer did, and what followed from it here. */
    public VhostUserException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
