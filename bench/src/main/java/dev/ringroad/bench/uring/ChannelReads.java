package dev.ringroad.bench.uring;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Random reads of 4 KiB by the JDK's channels, into direct buffers; the time of each is taken. */
final class ChannelReads {
    private static final int BLOCK_BYTES = 4096;

    private final LongAdder reads = new LongAdder();
    private final LongAdder readNanos = new LongAdder();
    private volatile boolean stopping;

    private ChannelReads() {}

    /** Reads a second. */
    static double rate(
            ReadProgram.Reader reader,
            Path file,
            boolean direct,
            int depth,
            int cpu,
            ReadProgram.Times times)
            throws IOException, InterruptedException {
        Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ));
        if (direct) {
            options.add(direct());
        }
        ChannelReads run = new ChannelReads();
        return reader == ReadProgram.Reader.CHANNEL
                ? run.blocking(file, options, cpu, times)
                : run.asynchronous(file, options, depth, cpu, times);
    }

    /** {@code O_DIRECT}, by its name: the compiler warns whoever names the class. */
    private static OpenOption direct() throws IOException {
        try {
            Object[] options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
            for (Object option : options == null ? new Object[0] : options) {
                if (option instanceof OpenOption found && found.toString().equals("DIRECT")) {
                    return found;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IOException("This JDK opens no file with O_DIRECT", e);
        }
        throw new IOException("This JDK opens no file with O_DIRECT");
    }

    private static Runnable pinned(int cpu, Runnable work) {
        return () -> {
            try {
                Affinity.pinCurrentThread(cpu);
            } catch (SystemCallException e) {
                throw new UncheckedIOException(e);
            }
            work.run();
        };
    }

    private static ByteBuffer block() {
        return ByteBuffer.allocateDirect(2 * BLOCK_BYTES).alignedSlice(BLOCK_BYTES);
    }

    private double blocking(Path file, Set<OpenOption> options, int cpu, ReadProgram.Times times)
            throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(file, options)) {
            long blocks = channel.size() / BLOCK_BYTES;
            Thread thread =
                    Thread.ofPlatform()
                            .daemon()
                            .name("reads")
                            .start(pinned(cpu, () -> readOn(channel, blocks)));
            double rate = measure(times);
            thread.join();
            return rate;
        }
    }

    private void readOn(FileChannel channel, long blocks) {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer into = block();
        long before = System.nanoTime();
        try {
            while (!stopping) {
                into.limit(BLOCK_BYTES).position(0);
                int ignored = channel.read(into, random.nextLong(blocks) * BLOCK_BYTES);
                long now = System.nanoTime();
                done(now - before);
                before = now;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void done(long nanos) {
        readNanos.add(nanos);
        reads.increment();
    }

    /** With as many threads as the channel's own pool would have on as many processors. */
    private double asynchronous(
            Path file, Set<OpenOption> options, int depth, int cpu, ReadProgram.Times times)
            throws IOException, InterruptedException {
        int threads = Math.min(depth, 2 * Runtime.getRuntime().availableProcessors());
        try (ExecutorService pool =
                        Executors.newFixedThreadPool(
                                threads,
                                work -> Thread.ofPlatform().daemon().unstarted(pinned(cpu, work)));
                AsynchronousFileChannel channel =
                        AsynchronousFileChannel.open(file, options, pool)) {
            long blocks = channel.size() / BLOCK_BYTES;
            for (int i = 0; i < depth; i++) {
                new Chain(channel, blocks, i).next();
            }
            return measure(times);
        }
    }

    private double measure(ReadProgram.Times times) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(times.warmUpMillis());
        long before = reads.sum();
        long begin = System.nanoTime();
        TimeUnit.MILLISECONDS.sleep(times.measuredMillis());
        double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
        double rate = (reads.sum() - before) / seconds;
        stopping = true;
        return rate;
    }

    /** One read after the other. */
    private final class Chain implements CompletionHandler<Integer, ByteBuffer> {
        private final AsynchronousFileChannel channel;
        private final long blocks;
        private final SplittableRandom random;
        private final ByteBuffer into = block();
        private long begun;

        Chain(AsynchronousFileChannel channel, long blocks, int seed) {
            this.channel = channel;
            this.blocks = blocks;
            random = new SplittableRandom(seed);
        }

        void next() {
            into.limit(BLOCK_BYTES).position(0);
            begun = System.nanoTime();
            channel.read(into, random.nextLong(blocks) * BLOCK_BYTES, into, this);
        }

        @Override
        public void completed(Integer bytes, ByteBuffer buffer) {
            done(System.nanoTime() - begun);
            if (!stopping) {
                next();
            }
        }

        @Override
        public void failed(Throwable why, ByteBuffer buffer) {
            if (!stopping) {
                throw new IllegalStateException("A read failed", why);
            }
        }
    }
}
