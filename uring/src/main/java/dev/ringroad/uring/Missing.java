package dev.ringroad.uring;

import dev.ringroad.core.linux.KernelFeatures;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a part of io_uring is not there. */
final class Missing {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    private Missing() {}

    /** A clause, such as {@code CQE_MIXED came with Linux 6.18, and this is 6.12}. */
    static String reason(String what, String since) {
        return reason(what, since, KernelFeatures.release());
    }

    static String reason(String what, String since, String release) {
        return isOlder(release, since)
                ? what + " came with Linux " + since + ", and this is " + release
                : what + " is refused by this kernel, though Linux has it since " + since;
    }

    private static boolean isOlder(String release, String since) {
        Matcher here = VERSION.matcher(release);
        Matcher there = VERSION.matcher(since);
        if (!here.matches() || !there.matches()) {
            return false;
        }
        int major = Integer.parseInt(here.group(1)) - Integer.parseInt(there.group(1));
        int minor = Integer.parseInt(here.group(2)) - Integer.parseInt(there.group(2));
        return major < 0 || (major == 0 && minor < 0);
    }
}
