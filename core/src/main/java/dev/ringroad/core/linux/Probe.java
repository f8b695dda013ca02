package dev.ringroad.core.linux;

/**
 * The outcome of trying something harmless to see whether it is allowed here.
 *
 * @param what what was tried, such as {@code open(/dev/net/tun)}
 * @param errno 0 when it worked, else the positive error number
 */
public record Probe(String what, int errno) {
    static Probe of(String what, int result) {
        return new Probe(what, result < 0 ? -result : 0);
    }

    /** Whether it worked. */
    public boolean available() {
        return errno == 0;
    }

    /** One clause for people, such as {@code open(/dev/net/tun) works}. */
    public String reason() {
        return available()
                ? what + " works"
                : what + " failed: " + Errno.nameOf(errno) + ", " + Errno.describe(errno);
    }
}
