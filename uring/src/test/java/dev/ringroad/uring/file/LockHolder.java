package dev.ringroad.uring.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A program that holds the lock of a file until it is told to go on. */
final class LockHolder {
    private LockHolder() {}

    public static void main(String[] args) throws IOException {
        try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
            var _ = channel.lock();
            System.out.println("locked");
            int ignored = System.in.read();
        }
    }
}
