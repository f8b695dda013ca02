package dev.ringroad.net.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.InterfaceWatch;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Checksum;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Mode;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.ZeroCopy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A port that another process has opened, who may, for this one, which may not: a message for each
 * descriptor over a Unix socket. First the memory, with what is to be known; then the watch's
 * socket, the program's link, and the queues in their order.
 *
 * <pre>
 *   0      4       8     12    16        24        28      32       36          40      44     48
 *   | mark | index | mtu | (0) | address | buffers | queue | queues | busy poll | flags | name's
 *     bytes | name                                      | all numbers in the machine's byte order
 * </pre>
 *
 * <p>A refusal is one message: the mark of refusals, then a sentence.
 *
 * @param options as they were when the port was opened
 * @param port this process's now
 */
record HandedPort(AfXdpOptions options, AfXdpPort port) {

    private static final int MARK = 0x52525831;
    private static final int REFUSAL = 0x52525845;
    private static final int NAME_AT = 48;
    private static final int NAME_BYTES_MAX = 15;
    private static final int BYTES = NAME_AT + NAME_BYTES_MAX + 1;
    private static final int SENTENCE_BYTES_MAX = 1024;

    private static final int FLAG_IN_DRIVER = 1;
    private static final int FLAG_ZERO_COPY = 1 << 1;
    private static final int FLAG_METADATA = 1 << 2;
    private static final int FLAG_TIMESTAMPS = 1 << 3;
    private static final int FLAG_CHAINED = 1 << 4;
    private static final int CHECKSUM_SHIFT = 5;

    private static final int QUEUES_MAX = 64;
    private static final int MTU_MAX = 0xFFFF;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Sends a port, which stays the caller's to close: the other side has copies. */
    static void send(UnixSeqPacket to, AfXdpOptions options, AfXdpPort port) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(BYTES, Long.BYTES);
            write(message, options, port);
            send(to, message, port.memory().descriptor());
            send(to, message, port.watch().descriptor());
            send(to, message, port.link());
            for (AfXdpQueue queue : port.queues()) {
                send(to, message, queue.socket().descriptor());
            }
        }
    }

    private static void write(MemorySegment s, AfXdpOptions options, AfXdpPort port) {
        byte[] name = options.name().getBytes(StandardCharsets.UTF_8);
        int flags =
                (port.inDriver() ? FLAG_IN_DRIVER : 0)
                        | (port.zeroCopy() ? FLAG_ZERO_COPY : 0)
                        | (port.memory().hasMetadata() ? FLAG_METADATA : 0)
                        | (options.timestamps() ? FLAG_TIMESTAMPS : 0)
                        | (options.chained() ? FLAG_CHAINED : 0)
                        | (options.checksum().ordinal() << CHECKSUM_SHIFT);
        s.set(JAVA_INT, 0, MARK);
        s.set(JAVA_INT, 4, port.watch().index());
        s.set(JAVA_INT, 8, port.mtu());
        s.set(JAVA_LONG, 16, port.macAddress().bits());
        s.set(JAVA_INT, 24, options.buffers());
        s.set(JAVA_INT, 28, options.firstQueue());
        s.set(JAVA_INT, 32, options.queues());
        s.set(JAVA_INT, 36, options.busyPollFrames());
        s.set(JAVA_INT, 40, flags);
        s.set(JAVA_INT, 44, name.length);
        MemorySegment.copy(name, 0, s, JAVA_BYTE, NAME_AT, name.length);
    }

    private static void send(UnixSeqPacket to, MemorySegment message, Descriptor descriptor)
            throws IOException {
        int sent = to.send(message, message.byteSize(), descriptor.number());
        if (sent < 0) {
            throw new SystemCallException("sendmsg(a descriptor of the port)", -sent, "");
        }
    }

    /** Sends why there is no port. */
    static void refuse(UnixSeqPacket to, String sentence) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
            int bytes = Math.min(text.length, SENTENCE_BYTES_MAX);
            MemorySegment message = arena.allocate(Integer.BYTES + bytes, Integer.BYTES);
            message.set(JAVA_INT, 0, REFUSAL);
            MemorySegment.copy(text, 0, message, JAVA_BYTE, Integer.BYTES, bytes);
            int unused = to.send(message, message.byteSize(), -1);
        }
    }

    /**
     * Gets a port.
     *
     * @param path of the Unix socket
     * @param name that the interface has to have
     * @throws IOException when nobody is there, or there is no port; the message says why
     */
    static HandedPort receive(String path, String name) throws IOException {
        try (UnixSeqPacket from = UnixSeqPacket.connect(path, false);
                Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(BYTES + SENTENCE_BYTES_MAX, Long.BYTES);
            Descriptor memory = next(from, path, message);
            AfXdpOptions options;
            try {
                options = read(message, path, name);
            } catch (Throwable t) {
                memory.close();
                throw t;
            }
            return receiveRest(from, path, message, options, memory);
        }
    }

    private static AfXdpOptions read(MemorySegment s, String path, String name) throws IOException {
        int nameBytes = s.get(JAVA_INT, 44);
        int flags = s.get(JAVA_INT, 40);
        int buffers = s.get(JAVA_INT, 24);
        int queues = s.get(JAVA_INT, 32);
        int mtu = s.get(JAVA_INT, 8);
        int checksum = flags >>> CHECKSUM_SHIFT;
        if (nameBytes < 1
                || nameBytes > NAME_BYTES_MAX
                || checksum >= Checksum.values().length
                || buffers < 1
                || queues < 1
                || queues > QUEUES_MAX
                || mtu < 1
                || mtu > MTU_MAX) {
            throw new IOException(path + " hands over a port that cannot be");
        }
        byte[] bytes = new byte[nameBytes];
        MemorySegment.copy(s, JAVA_BYTE, NAME_AT, bytes, 0, nameBytes);
        String present = new String(bytes, StandardCharsets.UTF_8);
        if (!present.equals(name)) {
            throw new IOException(path + " hands over " + present + ", not " + name);
        }
        return new AfXdpOptions(
                name,
                null,
                s.get(JAVA_INT, 28),
                queues,
                (flags & FLAG_IN_DRIVER) != 0 ? Mode.NATIVE : Mode.GENERIC,
                ZeroCopy.BEST,
                null,
                buffers,
                s.get(JAVA_INT, 36),
                Checksum.values()[checksum],
                (flags & FLAG_TIMESTAMPS) != 0,
                (flags & FLAG_CHAINED) != 0);
    }

    private static HandedPort receiveRest(
            UnixSeqPacket from,
            String path,
            MemorySegment message,
            AfXdpOptions options,
            Descriptor memoryFile)
            throws IOException {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            long bytes = (long) options.buffers() * Chunks.BYTES;
            SharedRegion region = SharedRegion.mapSealed(memoryFile, bytes, Long.MAX_VALUE);
            int flags = message.get(JAVA_INT, 40);
            Umem memory = Umem.received(options, region, (flags & FLAG_METADATA) != 0);
            opened.add(memory);
            int mtu = message.get(JAVA_INT, 8);
            int index = message.get(JAVA_INT, 4);
            MacAddress mac = new MacAddress(message.get(JAVA_LONG, 16));
            Descriptor looking = next(from, path, message);
            opened.add(looking);
            InterfaceWatch watch = InterfaceWatch.adopt(looking, index, options.name());
            Descriptor link = next(from, path, message);
            opened.add(link);
            List<AfXdpQueue> queues = new ArrayList<>();
            for (int i = 0; i < options.queues(); i++) {
                XdpSocket socket = XdpSocket.adopt(next(from, path, message));
                AfXdpQueue queue =
                        AfXdpQueue.adopt(options.firstQueue() + i, socket, memory, options);
                opened.add(queue);
                queues.add(queue);
            }
            boolean inDriver = options.mode() == Mode.NATIVE;
            boolean zeroCopy = (flags & FLAG_ZERO_COPY) != 0;
            return new HandedPort(
                    options,
                    new AfXdpPort(watch, mac, mtu, memory, queues, link, inDriver, zeroCopy));
        } catch (Throwable t) {
            closeAll(opened);
            throw t;
        }
    }

    private static void closeAll(List<AutoCloseable> opened) {
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (Exception _) {
                // Why the port is not there is told already.
                continue;
            }
        }
    }

    /** The descriptor of the next message, and the message. */
    private static Descriptor next(UnixSeqPacket from, String path, MemorySegment message)
            throws IOException {
        try (PollSet wait = new PollSet(1)) {
            wait.add(from.descriptor().number(), PollSet.POLLIN);
            long begin = System.nanoTime();
            while (wait.poll(PATIENCE_NANOS) == 0) {
                if (System.nanoTime() - begin >= PATIENCE_NANOS) {
                    throw new IOException(path + " says nothing");
                }
            }
        }
        int bytes = from.receive(message);
        if (bytes > Integer.BYTES && message.get(JAVA_INT, 0) == REFUSAL) {
            byte[] text = new byte[bytes - Integer.BYTES];
            MemorySegment.copy(message, JAVA_BYTE, Integer.BYTES, text, 0, text.length);
            throw new IOException(new String(text, StandardCharsets.UTF_8));
        }
        Descriptor descriptor = from.takeReceivedDescriptor();
        if (bytes == BYTES && message.get(JAVA_INT, 0) == MARK && descriptor != null) {
            return descriptor;
        }
        if (descriptor != null) {
            descriptor.close();
        }
        throw new IOException(
                path + " is no socket of `ringroad afxdp-open`, or of another release");
    }
}
