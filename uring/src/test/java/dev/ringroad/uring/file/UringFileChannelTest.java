package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Ours, through the page cache, with buffers that are smaller than what is moved. */
final class UringFileChannelTest extends FileChannelContract {
    private UringFiles files;

    @BeforeEach
    void start() throws Exception {
        files = UringFiles.start(new FilesConfig(8, 8192, Long.MAX_VALUE));
    }

    @AfterEach
    void stop() {
        assertThat(files.buffersAvailable()).isEqualTo(8);
        files.close();
    }

    @Override
    FileChannel open(Path path, OpenOption... options) throws IOException {
        return UringFileChannel.open(files, path, options);
    }
}
