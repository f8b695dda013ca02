package dev.ringroad.testkit.block;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;
import dev.ringroad.nvme.block.file.FileOptions.Ring;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files keep the contract of devices, by way of io_uring and of FileChannel alike. */
class FileContractTest {
    private static final long BYTES = 100 * 4096 + 100;

    @TempDir private Path directory;

    private BlockDevice open(FileOptions options) throws IOException {
        return FileBlocks.open(directory.resolve("blocks"), options);
    }

    @Nested
    class ThroughTheRing extends BlockDeviceContract {
        @Override
        protected BlockDevice open() throws Exception {
            return FileContractTest.this.open(
                    FileOptions.ordinary().withCreateBytes(BYTES).withRing(Ring.REQUIRED));
        }
    }

    @Nested
    class ThroughAChannel extends BlockDeviceContract {
        @Override
        protected BlockDevice open() throws Exception {
            return FileContractTest.this.open(
                    FileOptions.ordinary().withCreateBytes(BYTES).withRing(Ring.NEVER));
        }
    }

    @Nested
    class DirectThroughTheRing extends BlockDeviceContract {
        @Override
        protected BlockDevice open() throws Exception {
            return FileContractTest.this.open(
                    FileOptions.ordinary()
                            .withCreateBytes(BYTES)
                            .withBlockBytes(4096)
                            .withDirect(true)
                            .withRing(Ring.REQUIRED));
        }
    }

    @Nested
    class ReadOnly extends BlockDeviceContract {
        @Override
        protected BlockDevice open() throws Exception {
            Path file = Files.write(directory.resolve("read"), new byte[100 * 512]);
            return FileBlocks.open(file, FileOptions.ordinary().withReadOnly(true));
        }
    }
}
