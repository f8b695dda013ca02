package dev.ringroad.net.driver.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is read from front to back, of which a piece is in memory. */
final class FileWindow implements AutoCloseable {

    /** The longest piece that {@link #require} can give. */
    static final int BYTES_MAX = 1 << 20;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES_MAX).limit(0);

    /**
     * @throws FileSystemException when it cannot be opened, or is a folder, which the kernel opens
     *     and does not read
     */
    FileWindow(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "it is a folder");
        }
        file = FileChannel.open(path);
    }

    void order(ByteOrder order) {
        buffer.order(order);
    }

    /** The bytes from the present place on, at the buffer's position; absolute access only. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Makes so many bytes available from the present place on; false when the file has fewer. */
    boolean require(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return true;
        }
        if (bytes > BYTES_MAX) {
            return false;
        }
        buffer.compact();
        int n = 0;
        while (buffer.position() < bytes && n >= 0) {
            n = file.read(buffer);
        }
        buffer.flip();
        return buffer.remaining() >= bytes;
    }

    /** Whether not a single byte is left. */
    boolean isAtEnd() throws IOException {
        return !require(1);
    }

    /** Moves on; false when the file ends before. */
    boolean skip(long bytes) throws IOException {
        int here = (int) Math.min(bytes, buffer.remaining());
        buffer.position(buffer.position() + here);
        if (here == bytes) {
            return true;
        }
        long target = file.position() + bytes - here;
        if (target > file.size()) {
            return false;
        }
        file.position(target);
        return true;
    }

    /** Back to the beginning. */
    void rewind() throws IOException {
        buffer.position(0).limit(0);
        file.position(0);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
