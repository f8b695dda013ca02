package dev.ringroad.nvme.block.drive;

import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.text.BlockKind;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTextException;

import java.io.IOException;
import java.util.Set;

/**
 * Drives of this machine as a text names them: taken when the first text that names one is opened,
 * given back with the last.
 */
public final class DriveKind {
    private static final String FORM = "PCI-ADDRESS/ID";

    private DriveKind() {}

    /** {@code drive:0000:3b:00.0/1}, to be added to the other kinds. */
    public static BlockKind kind() {
        return BlockKind.of(
                "drive",
                "drive:[WAY:]PCI-ADDRESS/ID",
                "a namespace of an NVMe drive that the kernel has given away; by VFIO, or another way",
                BlockKind.Below.NONE,
                Set.of(),
                (spec, _) -> open(spec));
    }

    private static BlockDevice open(BlockSpec spec) throws IOException {
        String text = spec.requireAddress(FORM);
        int slash = text.lastIndexOf('/');
        if (slash < 0) {
            throw new BlockTextException(
                    "drive:" + text + " does not say which namespace; write " + FORM);
        }
        int namespaceId;
        try {
            namespaceId = Integer.parseUnsignedInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new BlockTextException(
                    "a namespace is a number of 1 or more, not \""
                            + text.substring(slash + 1)
                            + '"');
        }
        SharedController shared = SharedController.open(text.substring(0, slash));
        try {
            NvmeController controller = shared.controller();
            return NvmeDrive.owning(controller, controller.namespace(namespaceId), shared);
        } catch (Throwable t) {
            shared.close();
            throw t;
        }
    }
}
