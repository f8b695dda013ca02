package dev.ringroad.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Drives one stack segment by segment in virtual time: a test says what the peer at 10.9.0.2 sends
 * and what it expects to see. Sequence numbers are relative to each side's SYN, so that the first
 * byte of data is number 1.
 */
final class TcpScript implements AutoCloseable {
    static final int FIN = TcpHeader.FIN;
    static final int SYN = TcpHeader.SYN;
    static final int RST = TcpHeader.RST;
    static final int PSH = TcpHeader.PSH;
    static final int ACK = TcpHeader.ACK;
    static final int URG = TcpHeader.URG;

    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;
    static final int PEER_START = 0x7fff_fff0;
    static final IpAddress PEER = IpAddress.parse("10.9.0.2");

    private static final int PACKETS = 512;
    private static final int LARGE_BUFFER_BYTES = 65536 + 256;
    private static final int MAC_SEED_PEER = 99;
    private static final byte[] PEER_MAC = {2, 0, 0, 0, 0, 9};
    private static final int[] PEER_IP = {10, 9, 0, 2};
    private static final int[] OWN_IP = {10, 9, 0, 1};

    /** A segment that the stack has sent. */
    static final class Sent {
        int sequence;
        int acknowledgment;
        int flags;
        int window;
        byte[] data = new byte[0];
        int mss;
        int shift = -1;
        boolean timestamps;
        int timestampValue;
        int timestampEcho;
        int sourcePort;
        int destinationPort;

        Sent flags(int expected) {
            assertThat(flags & ~PSH).as("flags of %s", this).isEqualTo(expected & ~PSH);
            return this;
        }

        Sent sequence(int expected) {
            assertThat(sequence).as("sequence of %s", this).isEqualTo(expected);
            return this;
        }

        Sent acknowledgment(int expected) {
            assertThat(acknowledgment).as("acknowledgment of %s", this).isEqualTo(expected);
            return this;
        }

        Sent length(int expected) {
            assertThat(data.length).as("length of %s", this).isEqualTo(expected);
            return this;
        }

        @Override
        public String toString() {
            return "segment flags "
                    + Integer.toHexString(flags)
                    + " sequence "
                    + sequence
                    + " length "
                    + data.length
                    + " acknowledgment "
                    + acknowledgment
                    + " window "
                    + window;
        }
    }

    /** A segment that the peer sends. */
    final class Incoming {
        private final int flags;
        private int sequence = peerNext;
        private int acknowledgment = stackNext;
        private int window = peerWindow;
        private int mss;
        private int shift = -1;
        private boolean timestamps = timestampsOn;
        private int timestampValue = peerClock;
        private int timestampEcho = lastTimestamp;
        private byte[] data = new byte[0];
        private boolean raw;

        private Incoming(int flags) {
            this.flags = flags;
        }

        Incoming sequence(int relative) {
            sequence = relative;
            return this;
        }

        Incoming acknowledgment(int relative) {
            acknowledgment = relative;
            return this;
        }

        /** The acknowledgment number is not relative to anything. */
        Incoming rawAcknowledgment(int absolute) {
            acknowledgment = absolute;
            raw = true;
            return this;
        }

        Incoming window(int unscaled) {
            window = unscaled;
            peerWindow = unscaled;
            return this;
        }

        Incoming mss(int bytes) {
            mss = bytes;
            return this;
        }

        Incoming shift(int windowShift) {
            shift = windowShift;
            return this;
        }

        Incoming timestamps(int value, int echo) {
            timestamps = true;
            timestampValue = value;
            timestampEcho = echo;
            return this;
        }

        Incoming noTimestamps() {
            timestamps = false;
            return this;
        }

        Incoming data(int bytes) {
            data = stream(sequence, bytes);
            return this;
        }

        Incoming data(byte[] bytes) {
            data = bytes;
            return this;
        }

        /** Lets it arrive; the stack has dealt with it when this returns. */
        void send() {
            int length = data.length + ((flags & SYN) != 0 ? 1 : 0) + ((flags & FIN) != 0 ? 1 : 0);
            peerNext = Math.max(peerNext, sequence + length);
            deliver(frame());
        }

        /** The frame, not sent. */
        byte[] bytes() {
            return frame();
        }

        private byte[] frame() {
            int options = (mss > 0 ? 4 : 0) + (timestamps ? 12 : 0) + (shift >= 0 ? 4 : 0);
            int header = 20 + options;
            ByteBuffer segment = ByteBuffer.allocate(header + data.length);
            segment.putShort((short) peerPort).putShort((short) ownPort);
            segment.putInt(PEER_START + sequence);
            boolean acknowledges = (flags & ACK) != 0;
            segment.putInt(acknowledges ? (raw ? acknowledgment : stackStart + acknowledgment) : 0);
            segment.putInt(header << 26 | flags << 16 | window);
            segment.putInt(0);
            if (mss > 0) {
                segment.putInt(0x0204_0000 | mss);
            }
            if (timestamps) {
                segment.putInt(0x0101_080a).putInt(timestampValue).putInt(timestampEcho);
            }
            if (shift >= 0) {
                segment.putInt(0x0103_0300 | shift);
            }
            segment.put(data);
            return ipFrame(segment.array());
        }
    }

    final NetStack stack;
    final CounterFile counters = CounterFile.inMemory(512);
    private final PacketPool pool;
    private final SimDevice device;
    private final ArrayDeque<byte[]> out = new ArrayDeque<>();

    long now = 5 * SECOND;
    int peerPort = 4000;
    int ownPort = 80;
    int stackStart;
    int peerNext;
    int stackNext;
    int peerWindow = 65535;
    int peerClock = 1000;
    int lastTimestamp;
    boolean timestampsOn;

    /** How often the stack has asked for the peer's hardware address. */
    int peerSolicitations;

    TcpScript() {
        this(UnaryOperator.identity());
    }

    TcpScript(UnaryOperator<StackConfig> change) {
        this(change, false);
    }

    /** The device has large packets and cuts them. */
    static TcpScript overSegmentingDevice() {
        return new TcpScript(UnaryOperator.identity(), true);
    }

    private TcpScript(UnaryOperator<StackConfig> change, boolean segments) {
        int bufferBytes = segments ? LARGE_BUFFER_BYTES : 2048;
        pool = PacketPool.create("script", PACKETS, bufferBytes, Placement.ordinary());
        pool.recordStacks(false);
        device = new SimDevice(pool, MAC_SEED_PEER, 1500, this::transmitted);
        device.segments = segments;
        StackConfig config = change.apply(StackConfig.of(Profile.SAFE).withSeed(7));
        stack = new NetStack(config, counters, now);
        stack.attach(device, InterfaceConfig.of("10.9.0.1/24"), now);
        settle();
    }

    private void transmitted(byte[] frame) {
        if (frame[12] == 8 && frame[13] == 6) {
            if (frame[21] == 1 && frame[41] == 2) {
                peerSolicitations++;
                device.deliver(arpReply(frame));
            }
        } else if (frame[23] == 6) {
            out.add(frame);
        }
    }

    private static byte[] arpReply(byte[] request) {
        byte[] reply = request.clone();
        System.arraycopy(request, 6, reply, 0, 6);
        System.arraycopy(PEER_MAC, 0, reply, 6, 6);
        reply[21] = 2;
        System.arraycopy(PEER_MAC, 0, reply, 22, 6);
        System.arraycopy(request, 38, reply, 28, 4);
        System.arraycopy(request, 22, reply, 32, 6);
        System.arraycopy(request, 28, reply, 38, 4);
        return reply;
    }

    private byte[] ipFrame(byte[] segment) {
        ByteBuffer frame = ByteBuffer.allocate(34 + segment.length);
        long mac = device.macAddress().bits();
        frame.putShort((short) (mac >>> 32)).putInt((int) mac).put(PEER_MAC);
        frame.putShort((short) 0x0800);
        frame.putInt(0x4500_0000 | 20 + segment.length).putInt(0x4000).putInt(0x4006_0000);
        for (int part : PEER_IP) {
            frame.put((byte) part);
        }
        for (int part : OWN_IP) {
            frame.put((byte) part);
        }
        frame.putShort(24, (short) ~sum(frame.array(), 14, 34, 0));
        frame.put(segment);
        int pseudo = sum(frame.array(), 26, 34, 6 + segment.length);
        frame.putShort(50, (short) ~sum(frame.array(), 34, frame.limit(), pseudo));
        return frame.array();
    }

    private static int sum(byte[] bytes, int from, int to, int start) {
        int sum = start;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xff) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (sum & 0xffff) + (sum >>> 16);
    }

    /** The peer's stream: what byte has which number. */
    static byte[] stream(int sequence, int bytes) {
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) ((sequence + i) * 31);
        }
        return data;
    }

    /** Any frame arrives. */
    void deliver(byte[] frame) {
        device.deliver(frame);
        settle();
    }

    /** Lets the stack do what there is to do without time passing. */
    void settle() {
        do {
            stack.poll(now);
        } while (device.hasIncoming());
    }

    /** Time passes; every timer fires at its time. */
    void elapse(long nanos) {
        long end = now + nanos;
        while (true) {
            long next = stack.nextDeadlineNanos();
            if (next > end) {
                break;
            }
            now = Math.max(now + 1000, next);
            settle();
        }
        now = Math.max(end, now);
        settle();
    }

    /** Time passes until the stack sends something; returns how much did. */
    long untilSent() {
        long start = now;
        settle();
        while (out.isEmpty()) {
            long next = stack.nextDeadlineNanos();
            assertThat(next).as("a deadline").isNotEqualTo(Long.MAX_VALUE);
            now = Math.max(now + 1000, next);
            settle();
        }
        return now - start;
    }

    /**
     * A segment from the peer: next in its stream, acknowledging all it has seen, unless told
     * otherwise.
     */
    Incoming peer(int flags) {
        return new Incoming(flags);
    }

    /** The next segment that the stack sends; it must be there already. */
    Sent expect() {
        settle();
        byte[] frame = out.poll();
        assertThat(frame).as("a segment from the stack").isNotNull();
        return parse(frame);
    }

    /** The next segment, whose flags (but PSH) must be these. */
    Sent expect(int flags) {
        return expect().flags(flags);
    }

    /** The stack has sent nothing more. */
    void expectNothing() {
        settle();
        assertThat(out.isEmpty() ? null : parse(out.peek())).as("nothing").isNull();
    }

    /** How many frames the device has taken, before it cut them. */
    int framesTransmitted() {
        return device.framesTaken;
    }

    /** Forgets what the stack has sent. */
    void ignoreSent() {
        drainSent();
    }

    /** Takes what the stack has sent; returns how many segments. */
    int drainSent() {
        settle();
        int count = out.size();
        while (!out.isEmpty()) {
            parse(out.poll());
        }
        return count;
    }

    private Sent parse(byte[] frame) {
        ByteBuffer b = ByteBuffer.wrap(frame);
        int total = b.getShort(16) & 0xffff;
        int header = (frame[46] >> 4 & 15) * 4;
        assertThat(sum(frame, 34, 14 + total, sum(frame, 26, 34, 6 + total - 20)))
                .as("checksum")
                .isEqualTo(0xffff);
        Sent sent = new Sent();
        sent.sourcePort = b.getShort(34) & 0xffff;
        sent.destinationPort = b.getShort(36) & 0xffff;
        sent.flags = frame[47] & 0xff;
        if ((sent.flags & SYN) != 0) {
            stackStart = b.getInt(38);
            ownPort = sent.sourcePort;
        }
        sent.sequence = b.getInt(38) - stackStart;
        sent.acknowledgment = b.getInt(42) - PEER_START;
        sent.window = b.getShort(48) & 0xffff;
        sent.data = Arrays.copyOfRange(frame, 34 + header, 14 + total);
        options(sent, b, 54, 34 + header);
        int length =
                sent.data.length
                        + ((sent.flags & SYN) != 0 ? 1 : 0)
                        + ((sent.flags & FIN) != 0 ? 1 : 0);
        stackNext = Math.max(stackNext, sent.sequence + length);
        return sent;
    }

    private void options(Sent sent, ByteBuffer b, int from, int to) {
        int at = from;
        while (at < to && b.get(at) != 0) {
            int kind = b.get(at);
            switch (kind) {
                case 2 -> sent.mss = b.getShort(at + 2) & 0xffff;
                case 3 -> sent.shift = b.get(at + 2);
                case 8 -> {
                    sent.timestamps = true;
                    sent.timestampValue = b.getInt(at + 2);
                    sent.timestampEcho = b.getInt(at + 6);
                    lastTimestamp = sent.timestampValue;
                }
                default -> {
                    // padding
                }
            }
            at += kind == 1 ? 1 : b.get(at + 1);
        }
    }

    /** Connects actively; without timestamps and scaling unless {@link #timestampsOn}. */
    TcpConnection connected() {
        return connected(1460, -1);
    }

    TcpConnection connected(int mss, int shift) {
        TcpConnection connection = stack.tcp().open();
        assertThat(connection.connect(PEER, peerPort, now)).isZero();
        expect(SYN);
        stackNext = 1;
        Incoming answer = peer(SYN | ACK).sequence(0).mss(mss).shift(shift);
        answer.send();
        expect(ACK).sequence(1).acknowledgment(1);
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
        return connection;
    }

    /** A listener at port 80. */
    TcpListener listening(int backlog) {
        TcpListener listener = stack.tcp().listener();
        assertThat(listener.bind(IpAddress.ANY_V4, 80, true)).isZero();
        assertThat(listener.listen(backlog)).isZero();
        return listener;
    }

    /** Accepts a connection from the peer. */
    TcpConnection accepted(TcpListener listener) {
        ownPort = 80;
        peerNext = 0;
        stackNext = 0;
        peer(SYN).sequence(0).mss(1460).send();
        expect(SYN | ACK);
        peer(ACK).send();
        TcpConnection connection = listener.accept();
        assertThat(connection).isNotNull();
        return connection;
    }

    int write(TcpConnection connection, int bytes) {
        byte[] data = stream(1, bytes);
        int n = connection.write(data, 0, bytes, now);
        stack.flush();
        return n;
    }

    /** Reads up to this many bytes; they must be the peer's stream. */
    int read(TcpConnection connection, int from, int bytes) {
        byte[] data = new byte[bytes];
        int n = connection.read(data, 0, bytes, now);
        stack.flush();
        if (n > 0) {
            assertThat(Arrays.copyOf(data, n)).isEqualTo(stream(from, n));
        }
        return n;
    }

    void close(TcpConnection connection) {
        connection.close(now);
        stack.flush();
    }

    void shutdownWrite(TcpConnection connection) {
        connection.shutdownWrite(now);
        stack.flush();
    }

    long dropped(DropReason reason) {
        return stack.counters().value(reason);
    }

    @Override
    public void close() {
        stack.close();
        assertThat(pool.available()).as("packets back in the pool").isEqualTo(PACKETS);
        pool.close();
        counters.close();
    }
}
