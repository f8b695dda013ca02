package dev.ringroad.testkit.nvme;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The shapes of drives that QEMU's model takes on: each has namespace 1, and one has others. */
enum DriveShape {
    ORDINARY(512, 0, false, ""),
    LARGE_BLOCKS(4096, 0, false, ""),
    METADATA_APART(512, 8, false, ",ms=8"),
    METADATA_BEHIND(512, 16, true, ",ms=16,mset=1"),
    LARGE_WITH_METADATA_APART(4096, 64, false, ",ms=64"),
    LARGE_WITH_METADATA_BEHIND(4096, 64, true, ",ms=64,mset=1"),
    ZONED(4096, 0, false, ",zoned=on,zoned.zone_size=256K,zoned.zone_capacity=192K"),
    CONTROLLER_MEMORY(512, 0, false, ""),
    SEVERAL(512, 0, false, "");

    /** Bytes of the image behind namespace 1, metadata included. */
    static final int IMAGE_BYTES = 4 << 20;

    /** Bytes of the image behind namespace 5 of {@link #SEVERAL}, whose blocks have 4096. */
    static final int OTHER_BYTES = 2 << 20;

    static final String SERIAL = "ring-7";

    private static final int LARGE_BYTES = 4096;
    private static final String LARGE = ",logical_block_size=4096,physical_block_size=4096";

    final int blockBytes;
    final int metadataBytes;
    final boolean extended;
    private final String options;

    DriveShape(int blockBytes, int metadataBytes, boolean extended, String options) {
        this.blockBytes = blockBytes;
        this.metadataBytes = metadataBytes;
        this.extended = extended;
        this.options = options;
    }

    /** Arguments for a machine with such a drive, at {@code addr=04.0}; images are in a folder. */
    String[] arguments(Path folder) throws IOException {
        return arguments("format=raw,file=" + image(folder, "d1", IMAGE_BYTES), folder);
    }

    /**
     * The same with a given drive.
     *
     * @param drive what {@code -drive} says of it, but its id
     */
    String[] arguments(String drive, Path folder) throws IOException {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("-drive", "id=d1,if=none,discard=unmap," + drive));
        String memory = this == CONTROLLER_MEMORY ? ",cmb_size_mb=1" : "";
        all.addAll(List.of("-device", "nvme,serial=" + SERIAL + ",addr=04.0" + memory));
        String large = blockBytes == LARGE_BYTES ? LARGE : "";
        all.addAll(List.of("-device", "nvme-ns,drive=d1,nsid=1" + large + options));
        if (this == SEVERAL) {
            String other = "id=d5,if=none,format=raw,file=" + image(folder, "d5", OTHER_BYTES);
            all.addAll(List.of("-drive", other));
            all.addAll(List.of("-device", "nvme-ns,drive=d5,nsid=5" + LARGE));
        }
        return all.toArray(String[]::new);
    }

    static Path image(Path folder, String name, int bytes) throws IOException {
        Path image = folder.resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return image;
    }
}
