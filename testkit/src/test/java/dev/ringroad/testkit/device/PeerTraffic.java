package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Frames to and from a peer that others wrote, in a process of its own. Waiting has a bound only so
 * that a broken device fails a test instead of hanging it.
 */
public final class PeerTraffic implements AutoCloseable {

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final int BURST = 32;
    private static final int FRAME_BYTES_MIN = 60;
    private static final int LENGTHS = 1455;
    private static final int FRAME_BYTES_MAX = 65_535;

    private final NetDevice device;
    private final Burst in = new Burst(BURST);
    private final Burst out = new Burst(BURST);
    private int partBytes = FRAME_BYTES_MAX;

    /** The device stays the caller's; its {@code toString} tells what goes on. */
    public PeerTraffic(NetDevice device) {
        this.device = device;
        device.pool().recordStacks(false);
    }

    /** Serves the device until something is true. */
    public void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            device.service(System.nanoTime());
            pause();
            assertThat(System.nanoTime() - start)
                    .as("waiting for %s; %s", what, device)
                    .isLessThan(PATIENCE_NANOS);
        }
    }

    /** Serves the device until the link is up, or down. */
    public void awaitLink(boolean up) {
        await("the link to be " + (up ? "up" : "down"), () -> device.linkUp() == up);
    }

    /** Two processors have to be enough for everybody. */
    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends all frames on a queue. */
    public void send(int queue, List<byte[]> frames) {
        int[] next = {0};
        await(
                "frames to be taken",
                () -> {
                    while (out.room() > 0 && next[0] < frames.size()) {
                        out.add(packet(frames.get(next[0]++)));
                    }
                    device.txQueue(queue).transmit(out);
                    return next[0] == frames.size() && out.isEmpty();
                });
    }

    /** Has frames sent as chains from now on, of parts of so many bytes. */
    public void inPartsOf(int bytes) {
        partBytes = bytes;
    }

    private Packet packet(byte[] frame) {
        Packet packet = part(frame, 0);
        for (int at = partBytes; at < frame.length; at += partBytes) {
            packet.chain(part(frame, at));
        }
        return packet;
    }

    private Packet part(byte[] frame, int at) {
        Packet packet = device.pool().acquire();
        if (packet == null) {
            throw new AssertionError("no free packet");
        }
        int bytes = Math.min(partBytes, frame.length - at);
        packet.append(bytes);
        packet.copyIn(0, frame, at, bytes);
        return packet;
    }

    /** Receives so many frames of a queue. */
    public List<byte[]> receive(int queue, int count) {
        List<byte[]> frames = new ArrayList<>();
        await(
                count + " frames",
                () -> {
                    receiveOnce(queue, packet -> frames.add(bytes(packet)));
                    return frames.size() >= count;
                });
        return frames;
    }

    private static byte[] bytes(Packet packet) {
        byte[] frame = new byte[packet.length()];
        packet.copyOut(0, frame, 0, frame.length);
        return frame;
    }

    /** Receives one burst, without waiting. */
    public int receiveOnce(int queue, Consumer<Packet> look) {
        device.service(System.nanoTime());
        int n = device.rxQueue(queue).receive(in);
        for (int i = 0; i < in.size(); i++) {
            look.accept(in.get(i));
        }
        in.releaseAll();
        return n;
    }

    /**
     * Receives of the first queues until so many have come and {@code end} was called, and then
     * until nothing comes any more.
     *
     * @return how many came
     */
    public long receiveAll(int queues, long least, Consumer<Packet> look, Runnable end) {
        long received = 0;
        long start = System.nanoTime();
        while (received < least) {
            received += receiveOfEach(queues, look);
            assertThat(System.nanoTime() - start).as("received").isLessThan(PATIENCE_NANOS);
        }
        end.run();
        int quiet = 0;
        while (quiet < 3) {
            int n = receiveOfEach(queues, look);
            received += n;
            quiet = n == 0 ? quiet + 1 : 0;
            pause();
        }
        return received;
    }

    private int receiveOfEach(int queues, Consumer<Packet> look) {
        int n = 0;
        for (int queue = 0; queue < queues; queue++) {
            n += receiveOnce(queue, look);
        }
        return n;
    }

    /** Sends frames of many lengths and expects each back with its addresses swapped. */
    public int exchangeSwapped(int queue, int rounds, int each) {
        int number = 0;
        for (int round = 0; round < rounds; round++) {
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                sent.add(frame(number, FRAME_BYTES_MIN + number % LENGTHS));
                number++;
            }
            send(queue, sent);
            List<byte[]> back = receive(queue, each);
            assertThat(back).hasSameSizeAs(sent);
            for (int i = 0; i < each; i++) {
                assertThat(back.get(i)).isEqualTo(swapped(sent.get(i)));
            }
        }
        return number;
    }

    /** A frame that tells its number by every byte. */
    public static byte[] frame(int number, int bytes) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            frame[i] = (byte) (number * 31 + i);
        }
        frame[0] = 2;
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xB5;
        return frame;
    }

    /** What testpmd makes of a frame in its mode macswap. */
    public static byte[] swapped(byte[] frame) {
        byte[] swapped = frame.clone();
        System.arraycopy(frame, 0, swapped, 6, 6);
        System.arraycopy(frame, 6, swapped, 0, 6);
        return swapped;
    }

    @Override
    public void close() {
        in.releaseAll();
        out.releaseAll();
    }
}
