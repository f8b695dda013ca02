package dev.ringroad.core.pci;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Finds the ways to functions by name: {@code vfio}, {@code sysfs} and {@code vfio-noiommu} of this
 * module, and those that others provide as services of {@link PciBackEnd}.
 */
public final class PciBackEnds {
    private static final String USUAL = "vfio";

    private PciBackEnds() {}

    /** All of them. */
    public static List<PciBackEnd> all() {
        List<PciBackEnd> all = new ArrayList<>();
        ServiceLoader.load(PciBackEnd.class, PciBackEnds.class.getClassLoader()).forEach(all::add);
        return all;
    }

    /**
     * The one with a name.
     *
     * @throws IOException when there is none; it says which there are
     */
    public static PciBackEnd named(String name) throws IOException {
        List<PciBackEnd> all = all();
        for (PciBackEnd backEnd : all) {
            if (backEnd.name().equals(name)) {
                return backEnd;
            }
        }
        String known = String.join(", ", all.stream().map(PciBackEnd::name).sorted().toList());
        throw new IOException(
                "There is no way to PCI functions called \""
                        + name
                        + "\". Remedy: use one of "
                        + known
                        + ".");
    }

    /**
     * Takes a function.
     *
     * @param place {@code 0000:3b:00.0} or {@code 3b:00.0}, which is taken by VFIO, or {@code
     *     NAME:} with the name of a way and then the address
     * @return to be closed by the caller
     * @throws IOException when it cannot be had; it says why and what to do
     * @throws IllegalArgumentException when the text names no function
     */
    public static PciDevice open(String place) throws IOException {
        if (PciAddress.isOne(place)) {
            return named(USUAL).open(PciAddress.parse(place));
        }
        int colon = place.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException(
                    "\""
                            + place
                            + "\" names no PCI function. Remedy: write 0000:3b:00.0, or"
                            + " NAME:0000:3b:00.0 with the name of a way to it.");
        }
        PciAddress address = PciAddress.parse(place.substring(colon + 1));
        return named(place.substring(0, colon)).open(address);
    }
}
