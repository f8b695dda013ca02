package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** An NVMe drive of a guest, seen from outside: its image. */
record GuestDrive(String name, Path image) {
    static final int BYTES = 16 << 20;

    /** An empty one, whose serial number is its name. */
    static GuestDrive make(Path folder, String name) throws IOException {
        GuestDrive drive = new GuestDrive(name, folder.resolve(name + ".img"));
        drive.clear();
        return drive;
    }

    /** As if nothing had ever been written to it. */
    void clear() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(0);
            file.setLength(BYTES);
        }
    }

    /** For QEMU's command line, with the place on the bus. */
    List<String> options(String place) {
        return List.of(
                "-drive",
                "if=none,format=raw,id=" + name + ",file=" + image,
                "-device",
                "nvme,id=" + name + "-function,serial=" + name + ",drive=" + name + "," + place);
    }

    /** Holds the image against what {@link DriveChecks} writes. */
    void assertWritten() throws IOException {
        try (FileChannel file = FileChannel.open(image);
                Arena arena = Arena.ofConfined()) {
            MemorySegment content = file.map(FileChannel.MapMode.READ_ONLY, 0, BYTES, arena);
            long written = DriveChecks.WRITTEN_BYTES;
            assertThat(Pattern.mismatch(content.asSlice(0, written))).isEqualTo(-1);
        }
    }
}
