package dev.ringroad.nvme.block.text;

import java.io.Serial;

/** A text that names no block device: a sentence without its full stop that says what to mend. */
public final class BlockTextException extends IllegalArgumentException {
    @Serial private static final long serialVersionUID = 1;

    /**
     * @param message what is wrong, and how it is written instead; a full stop at its end is left
     *     out, so that it can be part of a sentence
     */
    public BlockTextException(String message) {
        super(message.endsWith(".") ? message.substring(0, message.length() - 1) : message);
    }
}
