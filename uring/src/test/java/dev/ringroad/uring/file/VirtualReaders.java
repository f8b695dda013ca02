package dev.ringroad.uring.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A program whose virtual threads have one carrier: some wait for a pipe for ever, and the others
 * read a file all the same.
 */
final class VirtualReaders {
    private static final int WAITING = 20;
    private static final int READING = 10_000;

    private VirtualReaders() {}

    public static void main(String[] args) throws Exception {
        try (UringFiles files =
                        UringFiles.start(new FilesConfig(WAITING + 8, 4096, Long.MAX_VALUE));
                UringFile pipe =
                        files.open(
                                Path.of(args[0]),
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
                UringFileChannel file = UringFileChannel.open(files, Path.of(args[1]));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < WAITING; i++) {
                waiting.add(threads.submit(() -> pipe.read(ByteBuffer.allocate(1), 0)));
            }
            while (files.buffersAvailable() != 8) {
                Thread.onSpinWait();
            }
            List<Future<Integer>> reading = new ArrayList<>();
            for (int i = 0; i < READING; i++) {
                long position = i;
                reading.add(threads.submit(() -> read(file, position)));
            }
            int sum = 0;
            for (Future<Integer> one : reading) {
                sum += one.get();
            }
            long stillWaiting = waiting.stream().filter(one -> !one.isDone()).count();
            System.out.println("read " + sum + " bytes beside " + stillWaiting + " that wait");
            pipe.writeFully(ByteBuffer.allocate(WAITING), 0);
            for (Future<Integer> one : waiting) {
                sum += one.get();
            }
            System.out.println("in the end " + sum);
        }
    }

    private static int read(UringFileChannel file, long position) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(1);
        int read = file.read(into, position);
        if (into.get(0) != (byte) position) {
            throw new IOException("A wrong byte at " + position);
        }
        return read;
    }
}
