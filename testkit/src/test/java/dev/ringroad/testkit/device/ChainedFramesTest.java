package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.forward.ForwardDrop;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.UdpFrame;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Software above a device that gives frames in pieces: it sees every byte, or drops by name. */
class ChainedFramesTest {

    private static final int PORT = 7;
    private static final int FRAME_BYTES = 900;

    private final CounterFile counters = CounterFile.inMemory(512);
    private final PairDevice.Ends cable = cable("near", "far");

    @AfterEach
    void close() {
        counters.close();
    }

    private static PairDevice.Ends cable(String near, String far) {
        try {
            return PairDevice.create(near, far, 256, 2176, 1500);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] frame(long destination) {
        byte[] frame = new byte[FRAME_BYTES];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) (i * 7 + (i >> 8));
        }
        int from = IpAddress.parse("10.0.0.2").v4();
        int to = IpAddress.parse("10.0.0.1").v4();
        UdpFrame.write(frame, destination, 0x0200_0000_0001L, from, to, PORT);
        return frame;
    }

    private void send(byte[] frame) {
        Packet packet = Objects.requireNonNull(cable.b().pool().acquire());
        packet.append(frame.length);
        packet.copyIn(0, frame, 0, frame.length);
        Burst burst = new Burst(1);
        burst.add(packet);
        assertThat(cable.b().txQueue(0).transmit(burst)).isEqualTo(1);
    }

    @Test
    void theStackGathersWhatHasRoomInTheFirstPacket() {
        NetStack stack = stack(true);
        UdpEndpoint udp = Objects.requireNonNull(stack.udp().open());
        assertThat(udp.bind(IpAddress.ANY_V4, PORT)).isZero();
        byte[] frame = frame(cable.a().macAddress().bits());
        send(frame);
        stack.poll(2);
        ByteBuffer payload = ByteBuffer.allocate(2000);
        int expected = FRAME_BYTES - UdpFrame.HEADER_BYTES;
        assertThat(udp.receive(payload, null)).isEqualTo(expected);
        assertThat(Arrays.copyOf(payload.array(), expected))
                .isEqualTo(Arrays.copyOfRange(frame, UdpFrame.HEADER_BYTES, FRAME_BYTES));
        udp.close(3);
        close(stack);
    }

    @Test
    void theStackDropsByNameWhatHasNoRoom() {
        NetStack stack = stack(false);
        send(frame(cable.a().macAddress().bits()));
        stack.poll(2);
        assertThat(stack.counters().value(DropReason.FRAME_IN_PIECES)).isEqualTo(1);
        close(stack);
    }

    private NetStack stack(boolean roomInFirst) {
        NetStack stack = new NetStack(StackConfig.of(Profile.LATENCY).withSeed(42), counters, 1);
        NetDevice device = new ChoppingDevice(cable.a(), 30, 100, roomInFirst);
        stack.attach(device, InterfaceConfig.of("10.0.0.1/24"), 1);
        return stack;
    }

    private void close(NetStack stack) {
        stack.close();
        cable.b().close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"IO", "MAC", "MAC_SWAP", "FIVE_TUPLE_SWAP", "CHECKSUM"})
    void forwardingSendsEveryByteOn(Mode mode) {
        assertThat(forwarded(mode, true)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"FIVE_TUPLE_SWAP", "CHECKSUM", "ICMP_ECHO"})
    void forwardingDropsByNameWhatItCannotLookThrough(Mode mode) {
        assertThat(forwarded(mode, false)).isZero();
    }

    /** How many whole frames came out; none has a drop by name instead. */
    private int forwarded(Mode mode, boolean roomInFirst) {
        PairDevice.Ends out = cable("out", "beyond");
        ChoppingDevice in = new ChoppingDevice(cable.a(), 30, 100, roomInFirst);
        List<Port> ports = List.of(new Port(0, in, counters), new Port(1, out.a(), counters));
        ForwardPoller poller = ForwardPoller.of(mode, ports, 8).getFirst();
        byte[] frame = frame(0x0200_0000_0002L);
        send(frame);
        poller.poll(1);
        Burst burst = new Burst(8);
        int received = out.b().rxQueue(0).receive(burst);
        assertThat(ports.get(0).dropped(ForwardDrop.IN_PIECES)).isEqualTo(1L - received);
        assertThat(ports.get(0).receivedBytes()).isEqualTo(FRAME_BYTES);
        for (int i = 0; i < received; i++) {
            byte[] arrived = new byte[FRAME_BYTES];
            assertThat(burst.get(i).length()).isEqualTo(FRAME_BYTES);
            burst.get(i).copyOut(0, arrived, 0, FRAME_BYTES);
            int payload = UdpFrame.HEADER_BYTES;
            assertThat(Arrays.copyOfRange(arrived, payload, FRAME_BYTES))
                    .isEqualTo(Arrays.copyOfRange(frame, payload, FRAME_BYTES));
        }
        burst.releaseAll();
        poller.close();
        out.b().close();
        out.a().service(0);
        cable.b().close();
        in.close();
        out.a().close();
        return received;
    }
}
