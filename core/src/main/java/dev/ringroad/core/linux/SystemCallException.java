package dev.ringroad.core.linux;

import java.io.IOException;

/** A system call that failed at set-up: which one, why, and what mends it. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;
    private final String remedy;

    /**
     * @param call the call with the arguments that matter to a reader, such as {@code
     *     open(/dev/net/tun)}
     * @param errno the positive error number
     * @param remedy what to do about it, without a full stop; when empty, what usually helps is
     *     taken
     */
    public SystemCallException(String call, int errno, String remedy) {
        String mend = remedy.isEmpty() ? Errno.usualRemedy(errno) : remedy;
        super(message(call, errno, mend));
        this.call = call;
        this.errno = errno;
        this.remedy = mend;
    }

    private static String message(String call, int errno, String remedy) {
        String name = Errno.nameOf(errno);
        String number = name.endsWith(" " + errno) ? "" : " (" + errno + ")";
        String failed = call + " failed: " + name + number + ", " + Errno.describe(errno) + ".";
        return remedy.isEmpty() ? failed : failed + " Remedy: " + remedy + ".";
    }

    /** The call that failed, with the arguments that matter. */
    public String call() {
        return call;
    }

    /** The positive error number; see {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** What mends it, without a full stop; empty when nothing is known. */
    public String remedy() {
        return remedy;
    }
}
