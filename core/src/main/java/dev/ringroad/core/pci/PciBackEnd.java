package dev.ringroad.core.pci;

import java.io.IOException;
import java.util.List;

/**
 * A way to take functions from whoever has them. {@link PciBackEnds} finds them as services, those
 * of this module too, so each has a public constructor without arguments.
 */
public interface PciBackEnd {
    /** How a user names it, such as {@code vfio}. */
    String name();

    /** The functions that could be opened this way now. */
    List<PciAddress> functions() throws IOException;

    /**
     * Takes a function.
     *
     * @return to be closed by the caller
     * @throws IOException when it cannot be had; it says why and what to do
     */
    PciDevice open(PciAddress address) throws IOException;
}
