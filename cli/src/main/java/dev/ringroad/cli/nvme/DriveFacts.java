package dev.ringroad.cli.nvme;

import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.ZonedNamespace;
import dev.ringroad.nvme.command.AdminCapabilities;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoCapabilities;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What drives and namespaces say of themselves, to be shown. */
final class DriveFacts {
    private DriveFacts() {}

    /** The few facts that tell drives apart. */
    static Facts brief(String place, NvmeController controller) throws IOException {
        IdentifyController identity = controller.identity();
        return new Facts()
                .add("device", place)
                .add("model", identity.modelNumber())
                .add("serial", identity.serialNumber())
                .add("firmware", identity.firmwareRevision())
                .add("namespaces", namespaces(controller, false));
    }

    static Facts of(String place, NvmeController controller) throws IOException {
        IdentifyController identity = controller.identity();
        return new Facts()
                .add("device", place)
                .add("model", identity.modelNumber())
                .add("serial", identity.serialNumber())
                .add("firmware", identity.firmwareRevision())
                .add("subsystem", identity.subsystemName())
                .add("controller_id", identity.controllerId())
                .add("nvme_version", version(controller.version()))
                .add("transfer_bytes_max", controller.transferBytesMax())
                .add("queue_pairs_max", controller.queuePairsMax())
                .add("namespaces_max", Integer.toUnsignedLong(identity.io().namespaces()))
                .add("volatile_write_cache", has(identity.io().volatileWriteCache(), 1))
                .add("shadow_doorbells", controller.hasShadowDoorbells())
                .add("controller_memory", controller.hasControllerMemory())
                .add("sgl", (identity.io().sglSupport() & 3) != 0)
                .add("format", has(optionalAdmin(identity), AdminCapabilities.FORMAT_SUPPORTED))
                .add("compare", can(identity, IoCapabilities.COMPARE_SUPPORTED))
                .add(
                        "dataset_management",
                        can(identity, IoCapabilities.DATASET_MANAGEMENT_SUPPORTED))
                .add("write_zeroes", can(identity, IoCapabilities.WRITE_ZEROES_SUPPORTED))
                .add("verify", can(identity, IoCapabilities.VERIFY_SUPPORTED))
                .add("compare_and_write", has(identity.io().fusedOperations(), 1))
                .add("namespaces", namespaces(controller, true));
    }

    private static int optionalAdmin(IdentifyController identity) {
        return identity.admin().optionalCommands();
    }

    private static boolean can(IdentifyController identity, int bit) {
        return has(identity.io().optionalCommands(), bit);
    }

    private static boolean has(int bits, int bit) {
        return (bits & bit) != 0;
    }

    private static String version(int version) {
        return (version >>> 16) + "." + (version >> 8 & 0xff) + "." + (version & 0xff);
    }

    private static List<Facts> namespaces(NvmeController controller, boolean formats)
            throws IOException {
        List<Facts> all = new ArrayList<>();
        for (int id : controller.namespaceIds()) {
            all.add(namespace(controller, id, formats));
        }
        return all;
    }

    /** A namespace; what is wrong with one that cannot be used is a fact too. */
    static Facts namespace(NvmeController controller, int id, boolean formats) {
        try {
            return usable(controller, id, formats);
        } catch (IOException e) {
            return numbered(id).add("unusable", String.valueOf(e.getMessage()));
        }
    }

    /** A namespace that can be used. */
    static Facts usable(NvmeController controller, int id, boolean formats) throws IOException {
        NvmeNamespace namespace = controller.namespace(id);
        Facts facts =
                numbered(id)
                        .add("bytes", namespace.blocks() * namespace.blockBytes())
                        .add("blocks", namespace.blocks())
                        .add("block_bytes", namespace.blockBytes())
                        .add("metadata_bytes", namespace.metadataBytes())
                        .add("metadata_extends_blocks", namespace.metadataExtendsBlocks());
        addZones(facts, controller, id);
        if (formats) {
            facts.add("formats", formats(namespace.identity()));
        }
        return facts;
    }

    private static Facts numbered(int id) {
        return new Facts().add("namespace", Integer.toUnsignedLong(id));
    }

    private static void addZones(Facts facts, NvmeController controller, int id)
            throws IOException {
        boolean zoned = ZonedNamespace.isZoned(controller, id);
        facts.add("zoned", zoned);
        if (zoned) {
            ZonedNamespace zones = ZonedNamespace.of(controller, id);
            facts.add("zones", zones.zones()).add("zone_blocks", zones.zoneBlocks());
        }
    }

    private static List<Facts> formats(IdentifyNamespace namespace) {
        List<Facts> all = new ArrayList<>();
        int count = Math.min(namespace.formats() + 1, IdentifyNamespace.FORMATS_MAX);
        for (int index = 0; index < count; index++) {
            int shift = namespace.blockShift(index);
            if (shift > 0 && shift < Integer.SIZE - 1) {
                all.add(
                        new Facts()
                                .add("format", index)
                                .add("block_bytes", 1 << shift)
                                .add("metadata_bytes", namespace.metadataBytes(index))
                                .add("in_use", index == namespace.formatIndex()));
            }
        }
        return all;
    }
}
