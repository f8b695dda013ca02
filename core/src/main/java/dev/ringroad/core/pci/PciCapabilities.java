package dev.ringroad.core.pci;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * A function's capabilities: both lists, followed once (PCI Local Bus Specification 3.0, section
 * 6.7; PCI Express Base Specification 4.0, section 7.6).
 *
 * <pre>
 *   standard, behind byte 0x40        extended, from byte 0x100 on
 *    15          8 7           0       31         20 19   16 15           0
 *   | next offset |     id     |      | next offset |version|      id      |
 * </pre>
 *
 * <p>A function is not trusted: an entry outside its part, or one that was there already, ends the
 * list, and {@link #trouble} says so. What came before it is kept.
 */
public final class PciCapabilities {
    private static final int EXTENDED_BEGIN = 0x100;
    private static final int ALL_ONES = -1;

    private final PciConfig config;
    private final BitSet seen = new BitSet();
    private final List<PciCapability> found = new ArrayList<>();
    private String trouble = "";

    private PciCapabilities(PciConfig config) {
        this.config = config;
    }

    /** Follows the lists. Reads only. */
    public static PciCapabilities of(PciConfig config) {
        PciCapabilities capabilities = new PciCapabilities(config);
        capabilities.followStandard();
        capabilities.followExtended();
        return capabilities;
    }

    private void followStandard() {
        int status = Short.toUnsignedInt(config.readShort(PciHeader.STATUS));
        if (!PciHeader.isPresent(config) || (status & PciHeader.STATUS_CAPABILITIES) == 0) {
            return;
        }
        if (config.byteSize() < EXTENDED_BEGIN) {
            trouble =
                    "Only "
                            + config.byteSize()
                            + " bytes of configuration space can be read, and its capabilities lie"
                            + " behind them. Remedy: run as root.";
            return;
        }
        int offset = aligned(config.readByte(PciHeader.CAPABILITIES));
        while (offset != 0) {
            if (!isNew(offset, PciHeader.BYTES, EXTENDED_BEGIN)) {
                return;
            }
            int entry = Short.toUnsignedInt(config.readShort(offset));
            if (entry == 0xffff) {
                trouble = hex("The function stopped answering at the capability at ", offset);
                return;
            }
            found.add(new PciCapability(entry & 0xff, 0, offset, false));
            offset = aligned((byte) (entry >>> 8));
        }
    }

    private void followExtended() {
        if (config.byteSize() < EXTENDED_BEGIN + Integer.BYTES || !trouble.isEmpty()) {
            return;
        }
        int offset = EXTENDED_BEGIN;
        while (offset != 0) {
            if (!isNew(offset, EXTENDED_BEGIN, config.byteSize())) {
                return;
            }
            int entry = config.readInt(offset);
            if (entry == 0 || entry == ALL_ONES) {
                return; // neither the empty list nor a bus without extended space is a fault
            }
            found.add(new PciCapability(entry & 0xffff, entry >>> 16 & 0xf, offset, true));
            offset = entry >>> 20 & ~3;
        }
    }

    // The lowest two bits are reserved, and software has to mask them.
    private static int aligned(byte pointer) {
        return Byte.toUnsignedInt(pointer) & ~3;
    }

    private boolean isNew(int offset, int begin, int end) {
        if (offset < begin || offset + Integer.BYTES > end) {
            trouble = hex("A capability is said to be outside its part of the space, at ", offset);
            return false;
        }
        if (seen.get(offset)) {
            trouble = hex("The list of capabilities runs in a circle, back to ", offset);
            return false;
        }
        seen.set(offset);
        return true;
    }

    private static String hex(String sentence, int offset) {
        return sentence + "0x" + Integer.toHexString(offset) + ".";
    }

    /** All of them, in the lists' order. */
    public List<PciCapability> all() {
        return List.copyOf(found);
    }

    /** Where the first one of the standard list with that id is. */
    public OptionalInt find(int id) {
        return find(id, false);
    }

    /** Where the first one of the extended list with that id is. */
    public OptionalInt findExtended(int id) {
        return find(id, true);
    }

    private OptionalInt find(int id, boolean extended) {
        return found.stream()
                .filter(one -> one.id() == id && one.extended() == extended)
                .mapToInt(PciCapability::offset)
                .findFirst();
    }

    /** Why a list ended before its end, a sentence; empty when it did not. */
    public String trouble() {
        return trouble;
    }
}
