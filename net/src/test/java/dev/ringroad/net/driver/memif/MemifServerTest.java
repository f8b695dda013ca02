package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Hello;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The server's control work alone, with more clients than it likes and calls that fail. */
class MemifServerTest {

    @TempDir Path folder;

    private final CounterFile file = CounterFile.inMemory(64);
    private final MemifCounters counters = new MemifCounters(file, "m");
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final PollSet wake = new PollSet(16);
    private String path = "";
    private MemifConfig config;
    private UnixSeqPacket listener;

    @BeforeEach
    void listen() throws Exception {
        path = folder.resolve("m.sock").toString();
        config = MemifConfig.server(path);
        listener = opening(UnixSeqPacket.listen(path, false));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        wake.close();
        file.close();
    }

    private <T extends AutoCloseable> T opening(T resource) {
        opened.add(resource);
        return resource;
    }

    private boolean wakes(MemifServer server) {
        wake.clear();
        server.addDescriptors(wake);
        return wake.poll(0) > 0;
    }

    @Test
    void anErrorThatNobodyForesawCostsOnlyTheClientThatMetIt() throws Exception {
        boolean[] defect = {true};
        MemifServer.RegionMapper mapper =
                (memory, bytes, present) -> {
                    if (defect[0]) {
                        throw new IllegalStateException("a defect");
                    }
                    return SharedRegion.mapSealed(memory, bytes, present);
                };
        MemifServer server = opening(new MemifServer(config, counters, listener, mapper));
        RawPeer bystander = opening(RawPeer.client(server, path));
        RawPeer unlucky = opening(RawPeer.client(server, path));
        MemifMessage answer = unlucky.offer();
        assertThat(((Disconnect) answer).reason()).isEqualTo("a defect");
        assertThat(unlucky.farewell()).isEqualTo("closed");
        assertThat(counters.dropped(MemifDrop.UNFORESEEN)).isEqualTo(1);
        defect[0] = false;
        assertThat(bystander.offer()).isInstanceOf(Connected.class);
        MemifLink link = server.link();
        assertThat(link).isNotNull();
        opening(link);
    }

    /** Whoever else lives on the server's thread does not wait for what a client calls large. */
    @Test
    void ofALargeOfferOnlyThatMuchIsBroughtInAtOnce() throws Exception {
        List<Long> limits = new ArrayList<>();
        MemifServer.RegionMapper mapper =
                (memory, bytes, present) -> {
                    limits.add(present);
                    return SharedRegion.mapSealed(memory, bytes, present);
                };
        MemifServer server = opening(new MemifServer(config, counters, listener, mapper));
        RawPeer peer = opening(RawPeer.client(server, path));
        long bytes = MemifServer.PRESENT_BYTES_MAX * 3 / 4;
        peer.say(new MemifMessage.Init(0x200, 0, 0, "", "raw"), -1);
        for (int i = 0; i < 3; i++) {
            SharedRegion region = sparse(bytes);
            MemifRing.initialise(region.segment(), 0, 3);
            peer.say(new AddRegion(i, bytes), region.descriptor().number());
        }
        int doorbell = opening(EventFd.create()).descriptor().number();
        peer.say(new AddRing(true, 0, 0, 0, 3, 0), doorbell);
        peer.say(new AddRing(false, 0, 1, 0, 3, 0), doorbell);
        assertThat(peer.say(new Connect("raw0"), -1)).isInstanceOf(Connected.class);
        assertThat(limits).containsExactly(4 * bytes / 3, bytes / 3, 0L);
        opening(server.link());
    }

    /** Of which nothing is there before it is touched. */
    private SharedRegion sparse(long bytes) throws Exception {
        Descriptor memory = Memfd.create("sparse", Mappings.ORDINARY_PAGE_BYTES);
        Memfd.resize(memory, bytes);
        Memfd.seal(memory, Memfd.SEAL_SHRINK);
        return opening(SharedRegion.map(memory, bytes, 0));
    }

    /** A connected socket for a listener: it is readable for ever, and accepting from it fails. */
    @Test
    void aListenerThatFailsIsLeftAloneForAWhile() throws Exception {
        UnixSeqPacket broken = UnixSeqPacket.connect(path, false);
        UnixSeqPacket otherEnd = opening(listener.accept());
        assertThat(otherEnd.send(RawPeer.bytes(1), 1, -1)).isEqualTo(1);
        MemifServer server =
                opening(new MemifServer(config, counters, broken, SharedRegion::mapSealed));
        assertThat(wakes(server)).isTrue();
        long now = 0;
        for (int i = 0; i < 3; i++) {
            server.service(now);
            assertThat(server.status()).contains("accept4");
            assertThat(wakes(server)).as("nothing can have changed yet").isFalse();
            assertThat(server.nextDeadlineNanos()).isEqualTo(now + MemifServer.REST_NANOS);
            server.status("");
            server.service(now + MemifServer.REST_NANOS - 1);
            assertThat(server.status()).as("not tried again").isEmpty();
            now = server.nextDeadlineNanos();
        }
    }

    @Test
    void theOldestMakesRoomForTheNextWhenAllPlacesAreTaken() throws Exception {
        MemifServer server =
                opening(new MemifServer(config, counters, listener, SharedRegion::mapSealed));
        List<RawPeer> silent = new ArrayList<>();
        for (int i = 0; i < MemifServer.CANDIDATES_MAX; i++) {
            silent.add(opening(RawPeer.client(server, path)));
        }
        MemifControl next = opening(new MemifControl(UnixSeqPacket.connect(path, false)));
        RawPeer.serviceLater(server::service, 1);
        assertThat(next.receive()).as("the others are new themselves").isNull();
        assertThat(wakes(server)).as("who waits for a place must not end sleeps").isFalse();
        assertThat(server.nextDeadlineNanos())
                .as("when the oldest has had its time")
                .isEqualTo(RawPeer.now() - 1 - 7 * RawPeer.STEP_NANOS + MemifServer.PATIENCE_NANOS);

        RawPeer.serviceLater(server::service, MemifServer.PATIENCE_NANOS - 7 * RawPeer.STEP_NANOS);
        assertThat(next.receive()).isInstanceOf(Hello.class);
        assertThat(silent.get(0).farewell()).contains("want the place");
        assertThat(silent.get(1).offer()).isInstanceOf(Connected.class);
        opening(server.link());
    }

    @Test
    void aPlaceThatBecomesFreeIsGivenAway() throws Exception {
        MemifServer server =
                opening(new MemifServer(config, counters, listener, SharedRegion::mapSealed));
        List<RawPeer> silent = new ArrayList<>();
        for (int i = 0; i < MemifServer.CANDIDATES_MAX; i++) {
            silent.add(opening(RawPeer.client(server, path)));
        }
        MemifControl next = opening(new MemifControl(UnixSeqPacket.connect(path, false)));
        RawPeer.serviceLater(server::service, 1);
        silent.get(4).close();
        assertThat(wakes(server)).isTrue();
        RawPeer.serviceLater(server::service, 1);
        assertThat(next.receive()).isInstanceOf(Hello.class);
    }
}
