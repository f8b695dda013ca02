package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.driver.memif.MemifClientHandshake.Outgoing;
import dev.ringroad.net.driver.memif.MemifMessage.Ack;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Hello;
import dev.ringroad.net.driver.memif.MemifMessage.Init;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class MemifHandshakeTest {

    private static final Init INIT = new Init(0x200, 0, 0, "", "peer");
    private static final Hello HELLO = new Hello("peer", 0x200, 0x200, 255, 0, 0, 14);
    private static final AddRing TO_SERVER = new AddRing(true, 0, 0, 0, 10, 0);
    private static final AddRing TO_CLIENT = new AddRing(false, 0, 0, 4096, 10, 0);

    private final List<Descriptor> descriptors = new ArrayList<>();
    private MemifServerHandshake server =
            new MemifServerHandshake(MemifConfig.server("/tmp/unused"));

    @AfterEach
    void closeDescriptors() {
        server.close();
        descriptors.forEach(Descriptor::close);
    }

    private Descriptor descriptor() {
        try {
            Descriptor made = EventFd.create().descriptor();
            descriptors.add(made);
            return made;
        } catch (SystemCallException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aServerAcknowledgesEachOffer() throws Exception {
        assertThat(server.hello()).isEqualTo(new Hello("ringroad", 0x200, 0x200, 15, 0, 0, 14));
        assertThat(server.receive(INIT, null)).isEqualTo(new Ack());
        assertThat(server.receive(new AddRegion(0, 8192), descriptor())).isEqualTo(new Ack());
        assertThat(server.receive(new AddRegion(1, 4096), descriptor())).isEqualTo(new Ack());
        assertThat(server.receive(TO_SERVER, descriptor())).isEqualTo(new Ack());
        assertThat(server.receive(TO_CLIENT, descriptor())).isEqualTo(new Ack());
        assertThat(server.offered()).isFalse();
        assertThat(server.receive(new Connect("eth0"), null)).isNull();
        assertThat(server.offered()).isTrue();
        assertThat(server.regions()).hasSize(2);
        assertThat(server.toServer().ring()).isEqualTo(TO_SERVER);
        assertThat(server.toClient().ring()).isEqualTo(TO_CLIENT);
        assertThat(descriptors).allMatch(Descriptor::isOpen);
        server.close();
        assertThat(descriptors).noneMatch(Descriptor::isOpen);
    }

    @Test
    void aServerRefusesWhatIsOutOfOrder() throws Exception {
        assertServerRefuses(new Connect("a"), null, "CONNECT came out of order");
        assertServerRefuses(new AddRegion(0, 1), descriptor(), "out of order");
        assertServerRefuses(TO_SERVER, descriptor(), "out of order");
        assertServerRefuses(HELLO, null, "does not send Hello");
        assertServerRefuses(new Ack(), null, "does not send Ack");
        assertServerRefuses(new Connected("a"), null, "does not send Connected");
        assertServerRefuses(new Disconnect(0, "bye now"), null, "bye now");
        server.receive(INIT, null);
        assertServerRefuses(INIT, null, "INIT came out of order");
        assertServerRefuses(new Connect("a"), null, "ring is missing");
        server.receive(TO_SERVER, descriptor());
        assertServerRefuses(new Connect("a"), null, "ring is missing");
    }

    @Test
    void aServerRefusesWrongOffers() throws Exception {
        server.receive(INIT, null);
        assertServerRefuses(new AddRegion(0, 4096), null, "its descriptor");
        assertServerRefuses(new AddRegion(1, 4096), descriptor(), "not the next");
        assertServerRefuses(new AddRegion(0, 0), descriptor(), "no size");
        assertServerRefuses(new AddRegion(0, -1), descriptor(), "no size");
        assertServerRefuses(TO_SERVER, null, "its eventfd");
        assertServerRefuses(new AddRing(true, 1, 0, 0, 10, 0), descriptor(), "one ring");
        server.receive(TO_SERVER, descriptor());
        assertServerRefuses(TO_SERVER, descriptor(), "one ring");
        for (int i = 0; i < MemifServerHandshake.REGIONS_MAX; i++) {
            server.receive(new AddRegion(i, 4096), descriptor());
        }
        assertServerRefuses(
                new AddRegion(MemifServerHandshake.REGIONS_MAX, 4096), descriptor(), "at most 16");
    }

    @Test
    void aServerRefusesWhoIsNotMeant() {
        assertServerRefuses(new Init(0x100, 0, 0, "", "p"), null, "Version 1.0 is not 2.0");
        assertServerRefuses(new Init(0x200, 7, 0, "", "p"), null, "Interface 7 is not here");
        assertServerRefuses(new Init(0x200, 0, 1, "", "p"), null, "Ethernet");
        server = new MemifServerHandshake(MemifConfig.server("/x").withInterface(9, "key"));
        assertServerRefuses(new Init(0x200, 9, 0, "", "p"), null, "secret is wrong");
        assertServerRefuses(new Init(0x200, 9, 0, "kez", "p"), null, "secret is wrong");
        assertServerRefuses(new Init(0x200, 9, 0, "keys", "p"), null, "secret is wrong");
    }

    @Test
    void descriptorsWithoutAUseAreClosed() throws Exception {
        server.receive(INIT, descriptor());
        assertThat(descriptors).noneMatch(Descriptor::isOpen);
        assertServerRefuses(INIT, descriptor(), "out of order");
        assertServerRefuses(new AddRegion(5, 4096), descriptor(), "not the next");
        assertThat(descriptors).noneMatch(Descriptor::isOpen);
    }

    private void assertServerRefuses(
            MemifMessage message, @Nullable Descriptor descriptor, String why) {
        assertThatThrownBy(() -> server.receive(message, descriptor))
                .isInstanceOf(MemifProtocolException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aClientSendsOneMessageForEachReceived() throws Exception {
        List<Integer> asked = new ArrayList<>();
        MemifConfig config =
                MemifConfig.client("/tmp/unused").withRingLog2(12).withInterface(3, "key");
        MemifClientHandshake client =
                new MemifClientHandshake(
                        config,
                        log2 -> {
                            asked.add(log2);
                            return List.of(
                                    new Outgoing(new AddRegion(0, 1), 77),
                                    new Outgoing(TO_SERVER, 78));
                        });
        Hello smaller = new Hello("peer", 0x100, 0x300, 0, 0, 0, 9);
        assertThat(client.receive(smaller))
                .isEqualTo(new Outgoing(new Init(0x200, 3, 0, "key", "ringroad")));
        assertThat(asked).containsExactly(9);
        assertThat(client.receive(new Ack())).isEqualTo(new Outgoing(new AddRegion(0, 1), 77));
        assertThat(client.receive(new Ack())).isEqualTo(new Outgoing(TO_SERVER, 78));
        assertThat(client.receive(new Ack())).isEqualTo(new Outgoing(new Connect("memif3")));
        assertThat(client.connected()).isFalse();
        assertThat(client.receive(new Connected("x"))).isNull();
        assertThat(client.connected()).isTrue();
    }

    @Test
    void aClientRefusesWhatIsOutOfOrder() throws Exception {
        MemifClientHandshake client =
                new MemifClientHandshake(MemifConfig.client("/x"), _ -> List.of());
        assertClientRefuses(client, new Ack(), "ACK came out of order");
        assertClientRefuses(client, new Connected("a"), "out of order");
        assertClientRefuses(client, INIT, "does not send Init");
        assertClientRefuses(client, new Disconnect(1, "full"), "The server left: full");
        assertClientRefuses(client, new Hello("p", 0x300, 0x400, 255, 0, 0, 9), "version 2.0");
        client.receive(HELLO);
        assertClientRefuses(client, HELLO, "HELLO came out of order");
        assertClientRefuses(client, new Connected("a"), "out of order");
        client.receive(new Ack());
        assertClientRefuses(client, new Ack(), "ACK came out of order");
    }

    @Test
    void aZeroCopyClientNeedsTwoRegions() {
        MemifClientHandshake client =
                new MemifClientHandshake(
                        MemifConfig.client("/x").withZeroCopy(true), _ -> List.of());
        assertClientRefuses(client, new Hello("p", 0x200, 0x200, 0, 0, 0, 9), "2 are needed");
    }

    private static void assertClientRefuses(
            MemifClientHandshake client, MemifMessage message, String why) {
        assertThatThrownBy(() -> client.receive(message))
                .isInstanceOf(MemifProtocolException.class)
                .hasMessageContaining(why);
    }
}
