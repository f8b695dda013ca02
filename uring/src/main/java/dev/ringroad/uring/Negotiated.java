package dev.ringroad.uring;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** A ring as this kernel was ready to make it. */
record Negotiated(
        Descriptor descriptor,
        RingParameters parameters,
        Set<SetupFlag> flags,
        Map<SetupFlag, String> leftOut) {

    /** Asks for all flags, then for fewer and fewer of those that are merely welcome. */
    static Negotiated with(UringConfig config, Arena arena) throws SystemCallException {
        EnumSet<SetupFlag> flags = EnumSet.noneOf(SetupFlag.class);
        flags.addAll(config.required());
        flags.addAll(config.welcome());
        RingParameters parameters = new RingParameters(arena);
        EnumMap<SetupFlag, String> leftOut = new EnumMap<>(SetupFlag.class);
        while (true) {
            int made =
                    IoUring.setup(
                            config.entries(), parameters.request(SetupFlag.bits(flags), config));
            if (made >= 0) {
                return new Negotiated(
                        Descriptor.adopt(made),
                        parameters,
                        Collections.unmodifiableSet(flags),
                        Collections.unmodifiableMap(leftOut));
            }
            SetupFlag newest = newest(flags, config);
            if (made != -Errno.EINVAL || newest == null) {
                throw refused(-made, config);
            }
            flags.remove(newest);
            leftOut.put(newest, Missing.reason(newest.name(), newest.since()));
        }
    }

    // The constants stand in the order in which kernels learnt them.
    private static @Nullable SetupFlag newest(Set<SetupFlag> flags, UringConfig config) {
        SetupFlag newest = null;
        for (SetupFlag flag : flags) {
            if (config.welcome().contains(flag) && !config.required().contains(flag)) {
                newest = flag;
            }
        }
        return newest;
    }

    private static SystemCallException refused(int errno, UringConfig config) {
        String call =
                "io_uring_setup("
                        + config.entries()
                        + " entries"
                        + (config.required().isEmpty() ? "" : ", " + config.required())
                        + ")";
        return new SystemCallException(call, errno, remedy(errno));
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES ->
                    "allow it: sysctl kernel.io_uring_disabled=0 (2 forbids it to all, 1 to those"
                            + " outside the group of kernel.io_uring_group), and a seccomp profile"
                            + " that permits io_uring_setup, io_uring_enter and io_uring_register";
            case Errno.ENOSYS ->
                    "use Linux 5.11 or later with CONFIG_IO_URING, and a seccomp profile that"
                            + " permits io_uring_setup";
            case Errno.ENOMEM ->
                    "raise the limit of locked memory (ulimit -l), or ask for fewer entries";
            case Errno.EINVAL -> "ask for flags that this kernel knows: ringroad uring probe";
            case Errno.EMFILE, Errno.ENFILE -> "raise the limit of open files (ulimit -n)";
            default -> "";
        };
    }
}
