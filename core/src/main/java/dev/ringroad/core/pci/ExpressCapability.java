package dev.ringroad.core.pci;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a function of PCI Express says about itself (PCI Express Base Specification 4.0, section
 * 7.5.3).
 *
 * <pre>
 *         31         28                         15            0
 *   +0   |           | version, type            | next | 0x10  |
 *   +4   | bit 28: can reset itself      device capabilities   |
 *   +8   | status, bit 21: in flight  | control, bit 15: reset |
 * </pre>
 *
 * @param offset where it is in configuration space
 * @param portType what kind of function it is: 0 an endpoint, 4 a root port
 * @param resetsItself whether there is a function level reset
 */
public record ExpressCapability(int offset, int portType, boolean resetsItself) {
    private static final int FLAGS = 2;
    private static final int DEVICE_CAPABILITIES = 4;
    private static final int DEVICE_CONTROL = 8;
    private static final int DEVICE_STATUS = 10;
    private static final int CAN_RESET = 1 << 28;
    private static final int RESET = 1 << 15;
    private static final int IN_FLIGHT = 1 << 5;
    private static final int CAPABILITY_BYTES = 12;
    private static final int RESET_MILLIS = 100;
    private static final int ANSWER_TRIES_MAX = 50;

    /** Reads it; nothing when the function is of conventional PCI. */
    public static Optional<ExpressCapability> of(PciConfig config, PciCapabilities capabilities) {
        OptionalInt found = capabilities.find(PciCapability.EXPRESS);
        if (found.isEmpty() || found.getAsInt() + CAPABILITY_BYTES > config.byteSize()) {
            return Optional.empty();
        }
        int offset = found.getAsInt();
        return Optional.of(
                new ExpressCapability(
                        offset,
                        config.readShort(offset + FLAGS) >>> 4 & 0xf,
                        (config.readInt(offset + DEVICE_CAPABILITIES) & CAN_RESET) != 0));
    }

    /** Whether requests of the function have not been answered yet. */
    public boolean inFlight(PciConfig config) {
        return (config.readShort(offset + DEVICE_STATUS) & IN_FLIGHT) != 0;
    }

    /**
     * Resets the function and puts back what the header, this capability and MSI-X held: section
     * 6.6.2. Takes a tenth of a second at least. For back ends whose kernel does not do it.
     *
     * @throws IOException when it cannot reset itself, or answers no more
     */
    public void reset(PciConfig config, Optional<MsixCapability> msix) throws IOException {
        if (!resetsItself) {
            throw new IOException("The function has no reset of its own (function level reset).");
        }
        int[] header = new int[PciHeader.BYTES / Integer.BYTES];
        for (int i = 0; i < header.length; i++) {
            header[i] = config.readInt(i * Integer.BYTES);
        }
        short control = config.readShort(offset + DEVICE_CONTROL);
        short vectors = msix.isPresent() ? config.readShort(msix.get().offset() + 2) : 0;
        PciHeader.command(config, PciHeader.COMMAND_BUS_MASTER, false);
        config.writeShort(offset + DEVICE_CONTROL, (short) (control | RESET));
        awaitAnswer(config);
        config.writeShort(offset + DEVICE_CONTROL, (short) (control & ~RESET));
        for (int i = header.length - 1; i > 0; i--) {
            if (i != PciHeader.COMMAND / Integer.BYTES) {
                config.writeInt(i * Integer.BYTES, header[i]);
            }
        }
        if (msix.isPresent()) {
            config.writeShort(msix.get().offset() + 2, vectors);
        }
        // Last, so that the function answers and reaches memory with all else in place. The upper
        // half is the status, whose bits a one would clear.
        config.writeShort(PciHeader.COMMAND, (short) header[1]);
    }

    private static void awaitAnswer(PciConfig config) throws IOException {
        for (int i = 0; i < ANSWER_TRIES_MAX; i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RESET_MILLIS));
            if (PciHeader.isPresent(config)) {
                return;
            }
        }
        throw new IOException(
                "The function does not answer "
                        + ANSWER_TRIES_MAX * RESET_MILLIS
                        + " ms after its reset. Remedy: power the machine off and on.");
    }
}
