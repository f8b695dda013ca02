package dev.ringroad.nvme;

import dev.ringroad.nvme.command.AdminCapabilities;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoCapabilities;

import java.io.IOException;

/**
 * Formats namespaces, which loses all that is in them (NVM Express Base Specification 2.0, section
 * 5.14). The shape of a namespace that was identified before is then wrong: identify it anew.
 */
public final class NamespaceFormat {
    /** What becomes of the old content. */
    public enum Erase {
        /** It is not to be found by reading, but may still be there. */
        NONE,
        /** It is overwritten or forgotten for good. */
        USER_DATA,
        /** The key that it is encrypted with is thrown away. */
        KEY
    }

    /** All namespaces of the controller. */
    public static final int ALL = -1;

    private static final int LOWER_MASK = 0xf;
    private static final int METADATA_EXTENDS = 1 << 4;
    private static final int ERASE_SHIFT = 9;
    private static final int UPPER_SHIFT = 12;

    private final NvmeController controller;

    public NamespaceFormat(NvmeController controller) {
        this.controller = controller;
    }

    /** Whether the controller formats at all. */
    public boolean isSupported() {
        return (controller.identity().admin().optionalCommands()
                        & AdminCapabilities.FORMAT_SUPPORTED)
                != 0;
    }

    /** Whether all namespaces of the controller are lost by formatting any of them. */
    public boolean concernsAll(Erase erase) {
        int concerned =
                erase == Erase.NONE
                        ? IoCapabilities.FORMATS_ALL
                        : IoCapabilities.FORMATS_ALL | IoCapabilities.ERASES_ALL;
        return (controller.identity().io().formatAttributes() & concerned) != 0;
    }

    /**
     * Finds the format with blocks and metadata of a size.
     *
     * @return its index
     * @throws IOException when the namespace has none; it says which it has
     */
    public static int formatOf(IdentifyNamespace namespace, int blockBytes, int metadataBytes)
            throws IOException {
        StringBuilder known = new StringBuilder();
        int count = Math.min(namespace.formats() + 1, IdentifyNamespace.FORMATS_MAX);
        for (int format = 0; format < count; format++) {
            int shift = namespace.blockShift(format);
            if (shift == 0 || shift > Integer.SIZE - 2) {
                continue; // not a format, whatever it says
            }
            if (1 << shift == blockBytes && namespace.metadataBytes(format) == metadataBytes) {
                return format;
            }
            known.append(known.isEmpty() ? "" : ", ")
                    .append(1 << shift)
                    .append('+')
                    .append(namespace.metadataBytes(format));
        }
        throw new IOException(
                "The namespace has no format with blocks of "
                        + blockBytes
                        + " bytes and "
                        + metadataBytes
                        + " of metadata. Remedy: take one of "
                        + known
                        + ".");
    }

    /**
     * Formats, however long that takes.
     *
     * @param namespaceId or {@link #ALL}
     * @param format index of what {@link IdentifyNamespace} lists
     * @param metadataExtends whether metadata follow each block in the data, rather than apart
     * @throws IOException when the controller refuses; nothing is formatted then
     */
    public void format(int namespaceId, int format, boolean metadataExtends, Erase erase)
            throws IOException {
        if (!isSupported()) {
            throw new IOException("The NVMe controller " + controller.name() + " cannot format.");
        }
        if (format < 0 || format >= IdentifyNamespace.FORMATS_MAX) {
            throw new IllegalArgumentException("No format has the index " + format);
        }
        int word =
                (format & LOWER_MASK)
                        | (metadataExtends ? METADATA_EXTENDS : 0)
                        | erase.ordinal() << ERASE_SHIFT
                        | format >> 4 << UPPER_SHIFT;
        long ignored =
                controller.execute(
                        new AdminCommand(AdminOpcode.FORMAT)
                                .namespaceId(namespaceId)
                                .doubleWord(10, word)
                                .unlimited());
    }
}
