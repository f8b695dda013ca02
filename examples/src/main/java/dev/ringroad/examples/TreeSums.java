package dev.ringroad.examples;

import dev.ringroad.uring.file.FilesConfig;
import dev.ringroad.uring.file.UringFile;
import dev.ringroad.uring.file.UringFiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The checksum of every file of a folder: a virtual thread a file, and one ring for all of them.
 *
 * <p>It shows files over io_uring in the blocking style: the code is that of one file, and threads
 * that wait for the disk leave their carriers to those that compute. With a JDK 25:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.TreeSums /usr/include
 * </pre>
 */
public final class TreeSums {
    private static final int BLOCK_BYTES = 64 << 10;

    private TreeSums() {}

    /** Prints a line a file; the argument is a folder. */
    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("Give a folder, such as /usr/include.");
            System.exit(2);
        }
        of(Path.of(args[0])).forEach((path, sum) -> System.out.printf("%08x  %s%n", sum, path));
    }

    /** The CRC-32C of each file below a folder. */
    static Map<Path, Long> of(Path folder)
            throws IOException, ExecutionException, InterruptedException {
        Map<Path, Future<Long>> begun = new TreeMap<>();
        Map<Path, Long> sums = new TreeMap<>();
        try (UringFiles files = UringFiles.start(FilesConfig.usual());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Path path : filesBelow(folder)) {
                begun.put(path, threads.submit(() -> sum(files, path)));
            }
            for (Map.Entry<Path, Future<Long>> one : begun.entrySet()) {
                sums.put(one.getKey(), one.getValue().get());
            }
        }
        return sums;
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> Files.isRegularFile(path)).toList();
        }
    }

    private static long sum(UringFiles files, Path path) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        try (UringFile file = files.open(path, StandardOpenOption.READ)) {
            long position = 0;
            int read = file.read(block, position);
            while (read >= 0) { // -1 is the end
                position += read;
                sum.update(block.flip());
                read = file.read(block.clear(), position);
            }
        }
        return sum.getValue();
    }
}
