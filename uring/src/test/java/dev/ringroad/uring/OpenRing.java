package dev.ringroad.uring;

import dev.ringroad.core.linux.SystemCallException;

/** A process that opens a ring and says how that went. */
final class OpenRing {
    private OpenRing() {}

    /** Its argument is how many entries. */
    public static void main(String[] arguments) {
        try (Uring ring = Uring.open(UringConfig.of(Integer.parseInt(arguments[0])))) {
            ring.control().prepareNop();
            System.out.println("opened, a no-op answers " + Completions.result(ring));
        } catch (SystemCallException e) {
            System.out.println(e.getMessage());
        }
    }
}
