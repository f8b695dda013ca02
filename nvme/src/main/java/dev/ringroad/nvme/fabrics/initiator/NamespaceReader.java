package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.NamespaceNames;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Makes sense of what a controller says of a namespace, or says why it has none. */
final class NamespaceReader {
    /** The longest request: its data fit a connection's buffers some times over. */
    static final int REQUEST_BYTES_MAX = 1 << 20;

    private static final int PAGE_SHIFT_LEAST = 12;
    private static final int BLOCK_SHIFT_LEAST = 9;
    private static final int BLOCK_SHIFT_MOST = 16;

    private final IdentifyNamespace told;
    private final int id;
    private final int transferShift;
    private final int anaGroup;
    private final String unusable;
    private final BlockGeometry geometry;
    private final String name;

    NamespaceReader(IdentifyController controller, IdentifyNamespace told, int id) {
        this.told = told;
        this.id = id;
        transferShift = controller.transferShift();
        anaGroup = told.anaGroupId();
        unusable = trouble();
        geometry = unusable.isEmpty() ? shape() : new BlockGeometry(512, 0, 0, 1, 1, 1);
        name = ownName();
    }

    private String trouble() {
        int format = told.formatIndex();
        int shift = told.blockShift(format);
        if (shift < BLOCK_SHIFT_LEAST || shift > BLOCK_SHIFT_MOST) {
            return "its blocks have 2^" + shift + " bytes";
        }
        if (told.metadataBytes(format) != 0) {
            return "its blocks have metadata, which this initiator does not carry";
        }
        long blocks = told.blocks();
        if (blocks <= 0 || blocks > Long.MAX_VALUE >>> shift) {
            return "it says that it has " + Long.toUnsignedString(blocks) + " blocks";
        }
        return "";
    }

    private BlockGeometry shape() {
        int shift = told.blockShift(told.formatIndex());
        // MDTS counts pages of the least size, which nobody is told over Fabrics but for CAP.
        int allowed = transferShift + PAGE_SHIFT_LEAST;
        boolean limited = transferShift != 0 && allowed < 20;
        int bytes = limited ? 1 << allowed : REQUEST_BYTES_MAX;
        int most = Math.max(1, bytes >> shift);
        return new BlockGeometry(1 << shift, told.blocks(), 0, most, 1, 1);
    }

    /** NGUID or EUI-64, whichever is not zero. */
    private String ownName() {
        String global = hex(told.globalId());
        return global.isEmpty() ? hex(told.extendedId()) : global;
    }

    String name() {
        return name;
    }

    NamespaceIdentity identity(String chosenName) {
        return new NamespaceIdentity(id, chosenName, geometry, anaGroup, unusable);
    }

    /** The UUID, or else the NGUID or EUI-64, of a list of names; empty when there is none. */
    static String uuid(NamespaceNames names) {
        for (int type :
                new int[] {NamespaceNames.UUID, NamespaceNames.NGUID, NamespaceNames.EUI64}) {
            @Nullable MemorySegment bytes = names.name(type);
            String text = bytes == null ? "" : hex(bytes);
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    private static String hex(MemorySegment bytes) {
        byte[] all = bytes.toArray(ValueLayout.JAVA_BYTE);
        for (byte b : all) {
            if (b != 0) {
                return HexFormat.of().formatHex(all);
            }
        }
        return "";
    }
}
