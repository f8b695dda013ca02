package dev.ringroad.net.device.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.Wire;
import dev.ringroad.net.driver.pair.PairDevice;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A capture on a disk of 64 KiB. */
class FullDiskTest {

    private static final int FRAMES = 2000;

    @TempDir private Path folder;

    @Test
    void endsTheFileAfterAWholeBlockAndCountsTheRest() throws Exception {
        assumeTrue(
                mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()),
                "mounting a small disk needs root");
        try {
            Path path = folder.resolve("a.pcapng");
            long lost = captureAll(path);
            assertThat(lost).isBetween(1L, FRAMES - 1L);
            assertThat(PcapngReader.read(path).frames).hasSize((int) (FRAMES - lost));
        } finally {
            run("umount", "-l", folder.toString());
        }
    }

    /** A quarter is sent after it is known that nothing can be written any more. */
    private static long captureAll(Path path) throws IOException {
        PairDevice.Ends pair = PairDevice.create("left", "right", 64, 512, 300);
        PcapngWriter writer = new PcapngWriter(path);
        long lost;
        try (NetDevice left = new CaptureDevice(pair.a(), writer);
                NetDevice right = pair.b()) {
            for (int i = 0; i < FRAMES; i++) {
                if (i == FRAMES * 3 / 4) {
                    writer.flush();
                    assertThat(writer.isIntact()).isFalse();
                }
                Wire.send(left, i % 100, 1);
                assertThat(Wire.receiveNumbers(right)).hasSize(1);
            }
            lost = left.drops().get("capture-lost");
        }
        assertThatThrownBy(writer::close).isInstanceOf(IOException.class);
        return lost;
    }

    private static boolean mount(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "mount";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Files.exists(Path.of("/bin/mount")) && run(command) == 0;
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
