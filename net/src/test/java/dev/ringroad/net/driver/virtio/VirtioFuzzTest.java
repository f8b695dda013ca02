package dev.ringroad.net.driver.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserRequest;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Whatever a back end answers and writes into the rings, and whenever: nothing is thrown, every
 * packet that comes out lies within its buffer, none is lost, and the next back end is taken.
 *
 * <p>The first four bytes of the input say what is agreed on and how the handshake goes; each four
 * bytes after them are a step: what to do, where, and with which value.
 */
class VirtioFuzzTest {

    private static final int SEEDS = 300;
    private static final int STEPS = 120;
    private static final int HEAD_BYTES = 4;
    private static final int STEP_BYTES = 4;
    private static final long STEP_NANOS = 1_000_000;

    /** Numbers that sit on the edges of what is allowed, besides the step's own. */
    private static final int[] EDGES = {
        0, 1, 2, 11, 12, 15, 16, 17, 25, 26, 72, 2060, 2061, 2125, 0x7FFF, 0x8000, 0x8080, 0xFFFF
    };

    @FuzzTest(maxDuration = "1m")
    void anyBackEnd(byte[] data) throws Exception {
        if (data.length >= HEAD_BYTES && data.length < 4000) {
            attack(data);
        }
    }

    @Test
    void randomBackEnds() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] data = new byte[HEAD_BYTES + STEP_BYTES * STEPS];
            new Random(seed).nextBytes(data);
            try {
                attack(data);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void attack(byte[] data) throws Exception {
        Path folder = Files.createTempDirectory("virtio-fuzz");
        String path = folder.resolve("v").toString();
        String options = (data[0] & 1) != 0 ? ",packed=yes" : "";
        options += (data[0] & 2) != 0 ? ",in_order=no" : "";
        options += (data[0] & 4) != 0 ? ",mrg_rxbuf=no" : "";
        String spec = "virtio:" + path + ",size=16" + options;
        try (CounterFile counters = CounterFile.inMemory(64);
                UnixStream listener = UnixStream.listen(path, false);
                VirtioDevice device =
                        VirtioDevice.open("v", VirtioConfig.of(DeviceSpec.parse(spec)), counters)) {
            device.pool().recordStacks(false);
            Session session = new Session(data, device, listener);
            for (int round = 0; round < 4 && session.hasSteps(); round++) {
                session.attackOnce();
            }
            assertThat(device.pool().available() == device.pool().packets()).isTrue();
        } finally {
            Files.deleteIfExists(folder.resolve("v"));
            Files.deleteIfExists(folder);
        }
    }

    /** One device, attacked by one back end after another until the input ends. */
    private static final class Session {
        private final byte[] data;
        private final VirtioDevice device;
        private final UnixStream listener;
        private final Burst in = new Burst(8);
        private final Burst out = new Burst(8);
        private long now = System.nanoTime();
        private int at = HEAD_BYTES;
        private int next;

        Session(byte[] data, VirtioDevice device, UnixStream listener) {
            this.data = data;
            this.device = device;
            this.listener = listener;
        }

        boolean hasSteps() {
            return at + STEP_BYTES <= data.length;
        }

        private void service() {
            now += STEP_NANOS;
            device.service(now);
        }

        void attackOnce() throws IOException {
            try (RawBackEnd peer = new RawBackEnd(accept())) {
                handshake(peer);
                while (hasSteps() && device.linkUp()) {
                    step(peer);
                    at += STEP_BYTES;
                }
            } finally {
                in.releaseAll();
                out.releaseAll();
            }
            // A link that is found broken is down, and is let go of when it is served.
            service();
            for (int i = 0; i < 1000 && device.linkUp(); i++) {
                service();
            }
            assertThat(device.linkUp()).isFalse();
        }

        private UnixStream accept() throws IOException {
            for (int i = 0; i < 10_000; i++) {
                service();
                UnixStream socket = listener.accept();
                if (socket != null) {
                    return socket;
                }
            }
            throw new AssertionError("nobody connects: " + device.status());
        }

        /** The first back end may get it wrong; its successors do not. */
        private void handshake(RawBackEnd peer) throws IOException {
            if (next++ == 0) {
                if ((data[1] & 0x80) != 0) {
                    peer.offeredFeatures = RawBackEnd.FEATURES ^ 1L << (data[1] & 63);
                }
                if ((data[2] & 0x80) != 0) {
                    VhostUserRequest[] all = VhostUserRequest.values();
                    VhostUserRequest one = all[(data[2] & 0x7F) % all.length];
                    if ((data[2] & 1) == 0) {
                        peer.refused = one;
                    } else if (one.answered() == VhostUserRequest.GET_FEATURES.answered()) {
                        peer.channel.send(VhostUserMessage.answer(one, data[3]));
                    }
                }
                peer.offeredProtocolFeatures = data[3] % 3 == 0 ? 0 : peer.offeredProtocolFeatures;
            }
            try {
                for (int i = 0; i < 300 && !device.linkUp(); i++) {
                    peer.serve();
                    service();
                }
                peer.serve();
            } catch (IOException e) {
                // It was thrown out.
                service();
            }
        }

        private void step(RawBackEnd peer) {
            int place = data[at + 1] & 0xFF;
            int number = ((data[at + 2] & 0xFF) << 8) | (data[at + 3] & 0xFF);
            int value = number >= 0x8000 ? EDGES[number % EDGES.length] : number;
            if (peer.region == null) {
                service();
                return;
            }
            switch ((data[at] & 0xFF) % 10) {
                case 0 -> poke(peer, place, value);
                case 1 -> peer.ring(place & 1).use(value & 0x1F, place);
                case 2 -> useNext(peer, place & 1, value, 1 + (place >>> 6));
                case 3, 4 -> deliver(peer, place, value);
                case 5 -> send(60 + value % 1400);
                case 6, 7 -> receive();
                case 8 -> sleep(peer, value);
                default -> service();
            }
        }

        /** Anywhere in the first rings, with 16 bits. */
        private static void poke(RawBackEnd peer, int place, int value) {
            long offset = (place * 2L + (value & 3) * 512L) % 2048;
            peer.memory().set(JAVA_BYTE, offset, (byte) value);
            peer.memory().set(JAVA_BYTE, offset + 1, (byte) (value >>> 8));
        }

        private static void useNext(RawBackEnd peer, int ring, int bytes, int count) {
            DeviceModel.Buffer buffer = peer.ring(ring).next();
            if (buffer != null) {
                peer.ring(ring).use(buffer.id(), bytes, count);
            }
        }

        private static void deliver(RawBackEnd peer, int buffers, int bytes) {
            DeviceModel.Buffer buffer = peer.ring(0).next();
            long end = peer.memory().byteSize();
            if (buffer != null && buffer.offset() >= 0 && buffer.offset() + 12 <= end) {
                byte count = (byte) (buffers < 128 ? 1 : buffers & 0x1F);
                peer.memory().set(JAVA_BYTE, buffer.offset() + 10, count);
                peer.memory().set(JAVA_BYTE, buffer.offset() + 11, (byte) 0);
                peer.ring(0).use(buffer.id(), bytes);
            }
        }

        private void send(int bytes) {
            Packet packet = device.pool().acquire();
            if (packet != null) {
                packet.append(bytes);
                out.add(packet);
            }
            device.txQueue(0).transmit(out);
            out.releaseAll();
        }

        private void receive() {
            device.rxQueue(0).receive(in);
            for (int i = 0; i < in.size(); i++) {
                Packet packet = in.get(i);
                assertThat(packet.references() == 1).isTrue();
                assertThat(packet.length() >= 14).isTrue();
                assertThat(packet.length() + packet.headroom() <= packet.capacity()).isTrue();
            }
            in.releaseAll();
        }

        private void sleep(RawBackEnd peer, int value) {
            try (PollSet wake = new PollSet(4)) {
                device.prepareSleep(wake);
                var call = peer.rings[0].call;
                if ((value & 1) != 0 && call != null) {
                    call.signal();
                }
                device.wakeUp();
            }
        }
    }
}
