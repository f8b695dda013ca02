package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.nvme.command.AdminCapabilities;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.IdentifyController;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Attaches namespaces to controllers of the same subsystem, and detaches them (NVM Express Base
 * Specification 2.0, section 5.19). What is active afterwards, {@link NvmeController#namespaceIds}
 * tells.
 *
 * <pre>
 *   controller list, 4096 bytes (section 4.5.2)
 *    0       2       4
 *    | count | id    | id …
 * </pre>
 */
public final class NamespaceAttachment {
    private static final ValueLayout.OfShort SHORT =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LIST_BYTES = 4096;
    private static final int IDS_MAX = LIST_BYTES / Short.BYTES - 1;
    private static final int ATTACH = 0;
    private static final int DETACH = 1;

    private final NvmeController controller;

    public NamespaceAttachment(NvmeController controller) {
        this.controller = controller;
    }

    /** Whether the controller can do this. */
    public boolean isSupported() {
        return (controller.identity().admin().optionalCommands()
                        & AdminCapabilities.NAMESPACE_MANAGEMENT_SUPPORTED)
                != 0;
    }

    /**
     * Makes a namespace active.
     *
     * @param controllerIds as {@link IdentifyController#controllerId}
     */
    public void attach(int namespaceId, int... controllerIds) throws IOException {
        change(ATTACH, namespaceId, controllerIds);
    }

    /** Makes a namespace inactive; nothing of its content is lost. */
    public void detach(int namespaceId, int... controllerIds) throws IOException {
        change(DETACH, namespaceId, controllerIds);
    }

    private void change(int action, int namespaceId, int... controllerIds) throws IOException {
        if (controllerIds.length > IDS_MAX) {
            throw new IllegalArgumentException("At most " + IDS_MAX + " controllers at once");
        }
        MemorySegment list = MemorySegment.ofArray(new long[LIST_BYTES / Long.BYTES]);
        list.set(SHORT, 0, (short) controllerIds.length);
        for (int index = 0; index < controllerIds.length; index++) {
            list.set(SHORT, (index + 1L) * Short.BYTES, (short) controllerIds[index]);
        }
        long ignored =
                controller.execute(
                        new AdminCommand(AdminOpcode.NAMESPACE_ATTACHMENT)
                                .namespaceId(namespaceId)
                                .doubleWord(10, action)
                                .dataOut(list));
    }
}
