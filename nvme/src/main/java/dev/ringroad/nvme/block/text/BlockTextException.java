package dev.ringroad.nvme.block.text;

import java.io.Serial;

/** A text that names no block device: a sentence without its full stop that says what to mend. */
public final class BlockTextException extends IllegalArgumentException {
    @Serial private static final long serialVersionUID = 1;

    /**
     * @param message what is wrong, and how it is written instead
     */
    public BlockTextException(String message) {
        super(message);
    }
}
