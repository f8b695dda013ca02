package dev.ringroad.uring.file;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** The measure: the JDK's own channel. */
final class JdkAsynchronousFileChannelTest extends AsynchronousFileChannelContract {
    @Override
    AsynchronousFileChannel open(Path path, Set<OpenOption> options, ExecutorService handlers)
            throws IOException {
        return AsynchronousFileChannel.open(path, options, handlers);
    }

    @Override
    AsynchronousFileChannel open(Path path, OpenOption... options) throws IOException {
        return AsynchronousFileChannel.open(path, options);
    }
}
