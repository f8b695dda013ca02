package dev.ringroad.testkit.nvme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Errors of a drive's image, injected by QEMU's {@code blkdebug}. */
final class BlockFaults {
    private BlockFaults() {}

    /**
     * What {@code -drive} says of an image on which accesses fail with EIO.
     *
     * @param folder for the rules
     * @param kind of access: read, write, flush, write-zeroes or discard
     * @param sector the only one of 512 bytes that fails, or -1 for all
     */
    static String drive(Path folder, Path image, String kind, int sector) throws IOException {
        Path rules = folder.resolve("rules");
        String place = sector < 0 ? "" : "sector = \"" + sector + "\"\n";
        Files.writeString(
                rules,
                """
                [inject-error]
                event = "none"
                errno = "5"
                """
                        + "iotype = \""
                        + kind
                        + "\"\n"
                        + place);
        return "format=raw,file.driver=blkdebug,file.config="
                + rules
                + ",file.image.filename="
                + image;
    }
}
