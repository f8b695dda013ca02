package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Two ends of ours. */
class MemifDeviceTest {

    private static final long SECOND = 1_000_000_000L;

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst out = new Burst(64);
    private final Burst in = new Burst(64);
    private long nowNanos = System.nanoTime();

    @AfterEach
    void close() {
        counters.close();
    }

    private String path() {
        return folder.resolve("m.sock").toString();
    }

    private MemifDevice server(MemifConfig config) throws IOException {
        MemifDevice opened = MemifDevice.open("server", config, counters);
        opened.pool().recordStacks(false);
        return opened;
    }

    private MemifDevice client(MemifConfig config) throws IOException {
        MemifDevice opened = MemifDevice.open("client", config, counters);
        opened.pool().recordStacks(false);
        return opened;
    }

    /** Services both until both agree; time goes by as it must for retries. */
    private void serviceUntil(boolean up, MemifDevice... devices) {
        for (int i = 0; i < 1000; i++) {
            nowNanos += SECOND / 100;
            boolean agreed = true;
            for (MemifDevice device : devices) {
                device.service(nowNanos);
                agreed &= device.linkUp() == up;
            }
            if (agreed) {
                return;
            }
        }
        throw new AssertionError(Stream.of(devices).map(MemifDevice::status).toList());
    }

    private static Packet packet(MemifDevice device, int bytes) {
        Packet packet = device.pool().acquire();
        packet.append(bytes);
        for (int i = 0; i < bytes; i++) {
            packet.buffer().put((int) packet.offset() + i, (byte) (i * 7 + bytes));
        }
        return packet;
    }

    private static void assertIntact(Packet packet, int bytes) {
        assertThat(packet.length()).isEqualTo(bytes);
        for (int i = 0; i < bytes; i++) {
            if (packet.buffer().get((int) packet.offset() + i) != (byte) (i * 7 + bytes)) {
                throw new AssertionError("byte " + i + " of " + bytes + " is wrong");
            }
        }
    }

    private void send(MemifDevice from, MemifDevice to, int bytes) {
        out.add(packet(from, bytes));
        assertThat(from.txQueue(0).transmit(out)).isEqualTo(1);
        assertThat(to.rxQueue(0).receive(in)).isEqualTo(1);
        assertIntact(in.get(0), bytes);
        in.releaseAll();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesOfAllSizesArriveIntactBothWays(boolean zeroCopy) throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()));
                MemifDevice client = client(MemifConfig.client(path()).withZeroCopy(zeroCopy))) {
            serviceUntil(true, server, client);
            for (int bytes = 14; bytes <= 1518; bytes++) {
                send(server, client, bytes);
                send(client, server, bytes);
            }
            client.service(nowNanos);
        }
    }

    @Test
    void jumboFramesGoThroughSmallBuffers() throws Exception {
        int mtu = 9000;
        try (MemifDevice server = server(MemifConfig.server(path()).withBuffers(2048, mtu));
                MemifDevice client = client(MemifConfig.client(path()).withBuffers(512, mtu))) {
            serviceUntil(true, server, client);
            for (int bytes : new int[] {511, 512, 513, 1024, 1025, 9018}) {
                send(server, client, bytes);
                send(client, server, bytes);
                send(client, server, bytes);
            }
            out.add(packet(client, 9018 + 1));
            out.add(packet(client, 13));
            assertThat(client.txQueue(0).transmit(out)).isEqualTo(2);
            assertThat(server.rxQueue(0).receive(in)).isZero();
            assertThat(client.dropped(DeviceDrop.OVERSIZE)).isEqualTo(1);
            assertThat(client.dropped(DeviceDrop.RUNT)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFullRingLeavesTheRestWithTheCaller(boolean zeroCopy) throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()).withRingLog2(4));
                MemifDevice client =
                        client(MemifConfig.client(path()).withRingLog2(4).withZeroCopy(zeroCopy))) {
            serviceUntil(true, server, client);
            for (int round = 0; round < 9000; round++) {
                MemifDevice from = round % 2 == 0 ? server : client;
                MemifDevice to = round % 2 == 0 ? client : server;
                while (out.size() < 20) {
                    out.add(packet(from, 60 + out.size()));
                }
                assertThat(from.txQueue(0).transmit(out)).isEqualTo(16);
                assertThat(out.size()).isEqualTo(4);
                assertIntact(out.get(0), 76);
                assertThat(to.rxQueue(0).receive(in)).isEqualTo(16);
                in.releaseAll();
                out.releaseAll();
                from.txQueue(0).transmit(out);
            }
            assertThat(server.ringFullCount() + client.ringFullCount()).isEqualTo(9000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEmptyPoolLosesNothing(boolean zeroCopy) throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()).withRingLog2(4));
                MemifDevice client =
                        client(MemifConfig.client(path()).withRingLog2(4).withZeroCopy(zeroCopy))) {
            serviceUntil(true, server, client);
            Burst held = new Burst(client.pool().packets());
            while (client.pool().available() > 0) {
                held.add(client.pool().acquire());
            }
            for (int i = 0; i < 16; i++) {
                out.add(packet(server, 60));
            }
            assertThat(server.txQueue(0).transmit(out)).isEqualTo(16);
            int first = client.rxQueue(0).receive(in);
            in.releaseAll();
            held.releaseAll();
            int second = client.rxQueue(0).receive(in);
            in.releaseAll();
            assertThat(first + second).isEqualTo(16);
        }
    }

    /** Takes all packets of the pool, and lets the server use up those that the ring has. */
    private Burst starve(MemifDevice client, MemifDevice server) {
        Burst held = new Burst(client.pool().packets());
        while (client.pool().available() > 0) {
            held.add(packet(client, 60));
        }
        for (int i = 0; i < 16; i++) {
            out.add(packet(server, 60));
        }
        assertThat(server.txQueue(0).transmit(out)).isEqualTo(16);
        assertThat(client.rxQueue(0).receive(in)).isEqualTo(16);
        out.add(packet(server, 60));
        assertThat(server.txQueue(0).transmit(out)).as("no buffer is left").isZero();
        return held;
    }

    @Test
    void aPacketThatComesBackGoesToTheStarvedRingThoughTheOwnerSleeps() throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()).withRingLog2(4));
                MemifDevice client =
                        client(MemifConfig.client(path()).withRingLog2(4).withZeroCopy(true));
                PollSet wake = new PollSet(4)) {
            serviceUntil(true, server, client);
            assertThat(client.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
            Burst held = starve(client, server);
            assertThat(client.prepareSleep(wake)).as("there is nothing to do").isTrue();
            assertThat(client.nextDeadlineNanos())
                    .as("soon, because the server can't ring")
                    .isBetween(nowNanos + 1, nowNanos + SECOND / 100);

            held.releaseAll();
            assertThat(client.nextDeadlineNanos()).isLessThanOrEqualTo(nowNanos);
            client.wakeUp();
            assertThat(client.prepareSleep(wake)).as("the ring can be filled").isFalse();
            in.releaseAll();
            assertThat(client.rxQueue(0).receive(in)).isZero();
            assertThat(server.txQueue(0).transmit(out)).isEqualTo(1);
            assertThat(client.rxQueue(0).receive(in)).isEqualTo(1);
            in.releaseAll();
            assertThat(client.prepareSleep(wake)).isTrue();
            assertThat(client.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        }
    }

    /** The packets are in the transmit ring, where the server is done with them. */
    @Test
    void packetsThatWereSentComeBackToTheStarvedRing() throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()).withRingLog2(4));
                MemifDevice client =
                        client(
                                MemifConfig.client(path())
                                        .withRingLog2(4)
                                        .withPackets(32)
                                        .withZeroCopy(true));
                PollSet wake = new PollSet(4)) {
            serviceUntil(true, server, client);
            Burst held = starve(client, server);
            assertThat(client.txQueue(0).transmit(held)).isEqualTo(16);
            assertThat(server.rxQueue(0).receive(held)).isEqualTo(16);
            held.releaseAll();
            assertThat(client.prepareSleep(wake)).isTrue();
            nowNanos = client.nextDeadlineNanos();
            client.wakeUp();
            client.service(nowNanos);
            assertThat(client.prepareSleep(wake)).as("the ring can be filled").isFalse();
            assertThat(client.rxQueue(0).receive(held)).isZero();
            assertThat(server.txQueue(0).transmit(out)).isEqualTo(1);
            in.releaseAll();
        }
    }

    /** Else it would spin until whoever has the packets gives one back. */
    @Test
    void aCopyingOwnerSleepsWhileItsPoolIsDry() throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()).withRingLog2(4));
                MemifDevice client = client(MemifConfig.client(path()).withRingLog2(4));
                PollSet wake = new PollSet(4)) {
            serviceUntil(true, server, client);
            Burst held = new Burst(client.pool().packets());
            while (client.pool().available() > 0) {
                held.add(client.pool().acquire());
            }
            out.add(packet(server, 60));
            assertThat(server.txQueue(0).transmit(out)).isEqualTo(1);
            assertThat(client.rxQueue(0).receive(in)).isZero();

            assertThat(client.prepareSleep(wake)).as("nothing can be received").isTrue();
            assertThat(client.nextDeadlineNanos())
                    .as("soon, because nobody rings when a packet comes back")
                    .isBetween(nowNanos + 1, nowNanos + SECOND / 100);
            client.wakeUp();

            held.releaseAll();
            assertThat(client.prepareSleep(wake)).as("the frame can be copied").isFalse();
            assertThat(client.rxQueue(0).receive(in)).isEqualTo(1);
            assertIntact(in.get(0), 60);
            in.releaseAll();
            assertThat(client.prepareSleep(wake)).isTrue();
            assertThat(client.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eitherEndMayLeaveAndReturn(boolean zeroCopy) throws Exception {
        MemifConfig serverConfig = MemifConfig.server(path());
        MemifConfig clientConfig = MemifConfig.client(path()).withZeroCopy(zeroCopy);
        MemifDevice server = server(serverConfig);
        MemifDevice client = client(clientConfig);
        OpenDescriptors before = OpenDescriptors.now();
        long mappedBefore = 0;
        for (int round = 0; round < 6; round++) {
            serviceUntil(true, server, client);
            send(client, server, 100);
            send(server, client, 100);
            if (round == 1) {
                before = OpenDescriptors.now();
                mappedBefore = Mappings.mappedBytes();
            }
            if (round % 2 == 0) {
                client.close();
                serviceUntil(false, server);
                out.add(packet(server, 60));
                assertThat(server.txQueue(0).transmit(out)).isEqualTo(1);
                client = client(clientConfig);
            } else {
                server.close();
                serviceUntil(false, client);
                server = server(serverConfig);
            }
        }
        serviceUntil(true, server, client);
        assertThat(OpenDescriptors.now().beyond(before)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
        assertThat(server.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(3);
        client.close();
        server.close();
        assertThat(Path.of(path())).doesNotExist();
    }

    @Test
    void aSocketInUseIsSaidToBe() throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()))) {
            assertThat(server.linkUp()).isFalse();
            assertThatThrownBy(() -> server(MemifConfig.server(path())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(path() + " is in use by another process");
            assertThat(Path.of(path())).exists();
        }
        Path file = Files.writeString(folder.resolve("file"), "precious");
        assertThatThrownBy(() -> server(MemifConfig.server(file.toString())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("precious");
    }

    @Test
    void anotherSecretOrInterfaceIsRefused() throws Exception {
        try (MemifDevice server =
                        server(MemifConfig.server(path()).withInterface(5, "open sesame"));
                MemifDevice client =
                        client(MemifConfig.client(path()).withInterface(5, "open barley"))) {
            for (int i = 0; i < 10; i++) {
                server.service(nowNanos);
                client.service(nowNanos);
            }
            assertThat(client.linkUp()).isFalse();
            assertThat(client.status()).contains("secret is wrong");
        }
        try (MemifDevice server =
                        server(MemifConfig.server(path()).withInterface(5, "open sesame"));
                MemifDevice client =
                        client(MemifConfig.client(path()).withInterface(5, "open sesame"))) {
            serviceUntil(true, server, client);
        }
    }

    @Test
    void checksumsAreTrustedOnlyWhenBothAgreedToThat() throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()).withChecksum(false));
                MemifDevice client = client(MemifConfig.client(path()))) {
            serviceUntil(true, server, client);
            assertThat(server.capabilities().transmitChecksum()).isTrue();
            assertThat(client.capabilities().transmitChecksum()).isFalse();
            out.add(packet(client, 60));
            client.txQueue(0).transmit(out);
            server.rxQueue(0).receive(in);
            assertThat(in.get(0).has(Packet.CHECKSUM_VERIFIED)).isTrue();
            in.releaseAll();
            out.add(packet(server, 60));
            server.txQueue(0).transmit(out);
            client.rxQueue(0).receive(in);
            assertThat(in.get(0).has(Packet.CHECKSUM_VERIFIED)).isFalse();
            in.releaseAll();
        }
    }

    @SuppressWarnings("try") // the client leaves early, on purpose
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSleeperIsWokenAndNobodyElseIsRungAt(boolean zeroCopy) throws Exception {
        try (MemifDevice server = server(MemifConfig.server(path()));
                MemifDevice client = client(MemifConfig.client(path()).withZeroCopy(zeroCopy));
                PollSet wake = new PollSet(4)) {
            serviceUntil(true, server, client);
            assertWoken(server, client, wake);
            assertWoken(client, server, wake);
            wake.clear();
            assertThat(server.prepareSleep(wake)).isTrue();
            assertThat(wake.poll(0)).isZero();
            client.close();
            assertThat(wake.poll(SECOND)).as("the end of the peer wakes").isPositive();
            server.service(nowNanos);
            assertThat(server.linkUp()).as("looked at a moment ago").isTrue();
            server.wakeUp();
            server.service(nowNanos);
            assertThat(server.linkUp()).as("looked at after each sleep").isFalse();
        }
    }

    private void assertWoken(MemifDevice sleeper, MemifDevice sender, PollSet wake) {
        out.add(packet(sender, 60));
        sender.txQueue(0).transmit(out);
        wake.clear();
        assertThat(sleeper.prepareSleep(wake)).as("a frame waits already").isFalse();
        assertThat(sleeper.rxQueue(0).receive(in)).isEqualTo(1);
        in.releaseAll();

        wake.clear();
        assertThat(sleeper.prepareSleep(wake)).isTrue();
        assertThat(wake.poll(0)).isZero();
        out.add(packet(sender, 60));
        sender.txQueue(0).transmit(out);
        assertThat(wake.poll(SECOND)).isEqualTo(1);
        sleeper.wakeUp();
        assertThat(sleeper.rxQueue(0).receive(in)).isEqualTo(1);
        in.releaseAll();

        out.add(packet(sender, 60));
        sender.txQueue(0).transmit(out);
        assertThat(wake.poll(0)).as("awake means no doorbell").isZero();
        assertThat(sleeper.rxQueue(0).receive(in)).isEqualTo(1);
        in.releaseAll();
    }
}
