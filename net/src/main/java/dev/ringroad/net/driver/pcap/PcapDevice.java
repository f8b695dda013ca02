package dev.ringroad.net.driver.pcap;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.device.capture.PcapngWriter;
import dev.ringroad.net.packet.PacketPool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Receives the frames of one capture file and writes what is sent into another. */
public final class PcapDevice extends DriverDevice {

    private static final int PACKETS = 1024;
    private static final int FRAME_BYTES_MAX = 9216;
    private static final int BUFFER_BYTES = PacketPool.DEFAULT_HEADROOM + FRAME_BYTES_MAX;
    private static final int MTU = 9000;
    private static final int PPS_MAX = 1_000_000_000;
    private static final String NO_FILE = "-";

    /** How soon what was sent is in the file, and it is told that it cannot be. */
    private static final long FLUSH_NANOS = 200_000_000;

    private final @Nullable CaptureReader reader;
    private final @Nullable PcapngWriter writer;
    private final PcapRxQueue rxQueue;
    private final PcapTxQueue txQueue;
    private long flushedNanos;

    private PcapDevice(
            String name,
            @Nullable CaptureReader reader,
            @Nullable PcapngWriter writer,
            boolean loops,
            int packetsPerSecond,
            PacketPool pool,
            CounterFile counters) {
        DropCounters drops = new DropCounters(counters, name);
        Counter cut = drops.named("file-cut", "times that the file ended in a record");
        Counter broken =
                drops.named(
                        "file-broken",
                        "times that a record described itself wrongly, which ends the file");
        PcapRxQueue received =
                new PcapRxQueue(reader, pool, drops, cut, broken, loops, packetsPerSecond);
        Instant now = Instant.now();
        long epochNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        long offsetNanos = epochNanos - System.nanoTime();
        PcapTxQueue sent = new PcapTxQueue(writer, drops, offsetNanos, FRAME_BYTES_MAX);
        MacAddress mac = MacAddress.locallyAdministered(name.hashCode());
        Traits traits = new Traits(name, mac, MTU, Capabilities.none(FRAME_BYTES_MAX));
        super(traits, pool, drops, new RxQueue[] {received}, new TxQueue[] {sent});
        this.reader = reader;
        this.writer = writer;
        rxQueue = received;
        txQueue = sent;
    }

    /**
     * Opens the files.
     *
     * @param spec {@code pcap:FILE} with the file to receive, or {@code -} for none, and the
     *     options {@code out}, the pcapng file for what is sent, {@code pps}, how many frames come
     *     a second at most, {@code loop=yes}, and those of {@link PoolPlacement}
     * @param counters where drops are counted; outlives the device
     * @throws IOException when a file cannot be opened or is no capture; the message says why
     */
    public static PcapDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        String out = spec.take("out");
        int packetsPerSecond = spec.takeInt("pps", 0, 1, PPS_MAX);
        boolean loops = spec.takeYesNo("loop", false);
        Placement placement = PoolPlacement.take(spec, null);
        spec.requireAllTaken();
        String in = spec.address();
        requireInputKept(spec, out == null ? null : Path.of(out));
        String name = "pcap:" + (in.equals(NO_FILE) && out != null ? out : in);
        PacketPool pool = PacketPool.create(name, PACKETS, BUFFER_BYTES, placement);
        CaptureReader reader = null;
        try {
            reader = in.equals(NO_FILE) ? null : reader(Path.of(in));
            PcapngWriter writer = out == null ? null : writer(Path.of(out));
            return new PcapDevice(name, reader, writer, loops, packetsPerSecond, pool, counters);
        } catch (IOException e) {
            try (pool) {
                if (reader != null) {
                    reader.close();
                }
            }
            throw e;
        }
    }

    private static CaptureReader reader(Path path) throws IOException {
        try {
            return CaptureReader.open(path);
        } catch (FileSystemException e) {
            throw new IOException(
                    "The capture file " + path + " cannot be read: " + FileTrouble.words(e), e);
        }
    }

    private static PcapngWriter writer(Path path) throws IOException {
        try {
            return new PcapngWriter(path);
        } catch (FileSystemException e) {
            throw new IOException(
                    "The capture file " + path + " cannot be written: " + FileTrouble.words(e), e);
        }
    }

    /**
     * Refuses to write into the file that is received.
     *
     * @param spec of a device of this kind
     * @param written a file; null for none
     * @throws IOException when they are the same file, by whatever names
     */
    public static void requireInputKept(DeviceSpec spec, @Nullable Path written)
            throws IOException {
        Path read = Path.of(spec.address());
        if (written != null
                && !spec.address().equals(NO_FILE)
                && Files.exists(written)
                && Files.exists(read)
                && Files.isSameFile(read, written)) {
            throw new IOException(
                    "The capture file "
                            + written
                            + " is the one to receive, and would be overwritten; name another one"
                            + " to write");
        }
    }

    @Override
    public boolean linkUp() {
        return !isClosed();
    }

    @Override
    public boolean exhausted() {
        return rxQueue.exhausted();
    }

    @Override
    public void service(long nowNanos) {
        PcapngWriter sent = writer;
        if (sent != null && !isClosed() && nowNanos - flushedNanos > FLUSH_NANOS) {
            flushedNanos = nowNanos;
            sent.flush();
            txQueue.countLost();
        }
    }

    @Override
    public long nextDeadlineNanos() {
        return rxQueue.nextDeadlineNanos();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        return rxQueue.maySleep();
    }

    /**
     * Closes the files.
     *
     * @throws UncheckedIOException when what was sent could not be written
     */
    @Override
    protected void release() {
        rxQueue.close();
        txQueue.close();
        try (PacketPool _ = pool();
                CaptureReader _ = reader;
                PcapngWriter sent = writer) {
            if (sent != null) {
                sent.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name() + " is incomplete: " + e.getMessage(), e);
        }
    }
}
