package dev.ringroad.net.driver.memif;

/**
 * A peer that does not keep to the protocol, or that can't be served. The message is a short
 * sentence that is also sent to the peer; the connection ends.
 *
 * <p>It never leaves the driver: the device's control work catches it, counts it and disconnects.
 */
final class MemifProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    MemifProtocolException(String sentence) {
        super(sentence);
    }

    MemifProtocolException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
