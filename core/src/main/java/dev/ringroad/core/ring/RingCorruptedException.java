package dev.ringroad.core.ring;

/**
 * The indices of a ring contradict each other: somebody who shares its memory has written what no
 * ring ever contains. Nothing was moved, and nothing outside the ring was touched; the ring is of
 * no further use.
 */
public final class RingCorruptedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    RingCorruptedException(String message) {
        super(message);
    }
}
