package dev.ringroad.core.pci;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaSpace;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One PCI function, taken from the kernel (or from a device model) and driven from here.
 *
 * <p>Any thread may use it, but only one closes it, when its driver has quiesced the device and
 * closed all its memory. Closing takes away the function's right to reach memory, resets it where
 * that is possible, unmaps its registers and gives it back.
 */
public interface PciDevice extends AutoCloseable {
    PciAddress address();

    PciConfig config();

    /**
     * The registers behind a base address register, mapped at the first call.
     *
     * @param index 0 to 5; of a 64-bit register the lower one
     * @throws IOException when there is no such window or it cannot be mapped
     */
    Mmio bar(int index) throws IOException;

    /** The addresses that this function may use. */
    DmaSpace dma();

    /**
     * Whether the function may reach memory by itself. Off at first; with it off, what the function
     * writes and reads goes nowhere.
     */
    void busMaster(boolean on) throws IOException;

    /** How many interrupts MSI-X can tell apart; 0 when interrupts cannot be had here. */
    int interruptsMax();

    /**
     * Turns MSI-X on; or off, with a count of 0.
     *
     * @param count at most {@link #interruptsMax}
     * @return a descriptor for each vector, readable once the interrupt has come and until it is
     *     drained; they are the device's and stay until the next call
     * @throws IOException when interrupts cannot be had; it says why and what to do
     */
    List<EventFd> enableInterrupts(int count) throws IOException;

    /**
     * Readable once the kernel wants the function back, since it is to be pulled out or to go to
     * another driver. The kernel waits until {@link #close}, so the driver is to come to its end.
     *
     * @return the device's, for the driver to wait on and to drain; empty where nobody asks
     */
    default Optional<EventFd> recall() {
        return Optional.empty();
    }

    /**
     * Resets the function; its configuration comes back as it was, its registers as after power-on.
     *
     * @throws IOException when the function knows no reset of its own
     */
    void reset() throws IOException;

    /** The NUMA node that the function is near to, or -1 when none is known. */
    int numaNode();

    @Override
    void close() throws IOException;
}
