package dev.ringroad.core.pci;

import java.util.OptionalInt;

/**
 * How awake a function is (PCI Bus Power Management Interface Specification 1.2, section 3.2.4). In
 * every state but {@link #D0} its registers do not answer.
 */
public enum PowerState {
    D0,
    D1,
    D2,
    D3_HOT;

    private static final int CONTROL = 4;
    private static final int STATE_MASK = 3;

    /** The state of a function; {@link #D0} when it has no power management. */
    public static PowerState of(PciConfig config, PciCapabilities capabilities) {
        OptionalInt control = control(config, capabilities);
        return control.isEmpty() ? D0 : values()[config.readShort(control.getAsInt()) & STATE_MASK];
    }

    /**
     * Asks a function to go to a state. It takes up to 10 ms to arrive (section 5.6), in which it
     * must not be spoken to.
     *
     * @return whether it has power management at all
     */
    public boolean enter(PciConfig config, PciCapabilities capabilities) {
        OptionalInt control = control(config, capabilities);
        if (control.isPresent()) {
            int now = config.readShort(control.getAsInt()) & ~STATE_MASK;
            config.writeShort(control.getAsInt(), (short) (now | ordinal()));
        }
        return control.isPresent();
    }

    private static OptionalInt control(PciConfig config, PciCapabilities capabilities) {
        OptionalInt found = capabilities.find(PciCapability.POWER);
        return found.isEmpty() || found.getAsInt() + CONTROL + Short.BYTES > config.byteSize()
                ? OptionalInt.empty()
                : OptionalInt.of(found.getAsInt() + CONTROL);
    }
}
