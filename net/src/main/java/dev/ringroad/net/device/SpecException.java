package dev.ringroad.net.device;

/** A device was asked for in a way that cannot be meant; the message says what is allowed. */
public final class SpecException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** Makes one that says in a sentence what is wrong and what is allowed. */
    public SpecException(String message) {
        super(message);
    }
}
