package dev.ringroad.nvme;

import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NvmeStatus;

import java.io.IOException;
import java.util.Arrays;

/** Asks which namespaces a controller has, in pages of 1024. */
final class NamespaceIds {
    private static final int IDS_MAX = 1 << 16;

    private NamespaceIds() {}

    static int[] of(NvmeController controller) throws IOException {
        int[] ids = new int[NamespaceList.IDS_MAX];
        int count = 0;
        int last = 0;
        NamespaceList page;
        do {
            try {
                page =
                        new NamespaceList(
                                controller.identify(IdentifyKind.ACTIVE_NAMESPACES, last, 0));
            } catch (NvmeException e) {
                return withoutList(controller, e);
            }
            for (int i = 0; i < page.count(); i++) {
                int id = page.id(i);
                if (Integer.compareUnsigned(id, last) <= 0 || count == IDS_MAX) {
                    throw new IOException(
                            "The NVMe controller "
                                    + controller.name()
                                    + " lists namespaces that do not ascend, or too many: "
                                    + Integer.toUnsignedString(id)
                                    + " behind "
                                    + Integer.toUnsignedString(last));
                }
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                ids[count++] = id;
                last = id;
            }
        } while (page.count() == NamespaceList.IDS_MAX);
        return Arrays.copyOf(ids, count);
    }

    /** A controller of version 1.0 has no list; its namespaces are numbered without gaps. */
    private static int[] withoutList(NvmeController controller, NvmeException failure)
            throws NvmeException {
        int count = controller.identity().io().namespaces();
        if (NvmeStatus.code(failure.status()) != NvmeStatus.INVALID_FIELD
                || count < 0
                || count > NamespaceList.IDS_MAX) {
            throw failure;
        }
        int[] ids = new int[count];
        Arrays.setAll(ids, i -> i + 1);
        return ids;
    }
}
