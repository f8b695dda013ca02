package dev.ringroad.uring.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** The measure: the JDK's own channel. */
final class JdkFileChannelTest extends FileChannelContract {
    @Override
    FileChannel open(Path path, OpenOption... options) throws IOException {
        return FileChannel.open(path, options);
    }
}
