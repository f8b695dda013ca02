package dev.ringroad.core.linux;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The privileges of this process ({@code capabilities(7)}), of those that Ringroad's paths need.
 *
 * @param effective what it may use now
 */
public record Capabilities(Set<Capability> effective) {
    /** A privilege with its bit in the kernel's mask ({@code linux/capability.h}). */
    public enum Capability {
        DAC_OVERRIDE(1),
        NET_ADMIN(12),
        NET_RAW(13),
        IPC_LOCK(14),
        SYS_RAWIO(17),
        SYS_PTRACE(19),
        SYS_ADMIN(21),
        SYS_NICE(23),
        SYS_RESOURCE(24),
        PERFMON(38),
        BPF(39);

        private final int bit;

        Capability(int bit) {
            this.bit = bit;
        }

        /** As in the manual, {@code CAP_NET_ADMIN}. */
        public String kernelName() {
            return "CAP_" + name();
        }
    }

    public Capabilities {
        effective = Collections.unmodifiableSet(effective);
    }

    /** Those of this process; none when the kernel does not tell. */
    public static Capabilities current() {
        String line = KernelText.field("/proc/self/status", "CapEff");
        return ofMask(line.matches("[0-9a-f]{1,16}") ? Long.parseUnsignedLong(line, 16) : 0);
    }

    static Capabilities ofMask(long mask) {
        EnumSet<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if (((mask >>> capability.bit) & 1) != 0) {
                set.add(capability);
            }
        }
        return new Capabilities(set);
    }

    /** Whether the process may use it. */
    public boolean has(Capability capability) {
        return effective.contains(capability);
    }
}
