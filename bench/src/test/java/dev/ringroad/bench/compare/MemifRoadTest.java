package dev.ringroad.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

final class MemifRoadTest {
    private final MemifRoad road =
            new MemifRoad(Path.of("/lib/agent.jar"), Path.of("/tmp/sockets"));

    @Test
    void theEndsMeetOnOneSocketWithAddressesOfOneNetwork() {
        assertThat(road.jvmArguments(End.SERVER, Traffic.ROUND_TRIPS, 7).getFirst())
                .startsWith(
                        "-javaagent:/lib/agent.jar=profile=latency;net=memif:/tmp/sockets/run7.sock,role=server,")
                .contains("ip=10.9.0.1/24");
        assertThat(road.jvmArguments(End.CLIENT, Traffic.ROUND_TRIPS, 7).getFirst())
                .contains("memif:/tmp/sockets/run7.sock,role=client,ip=10.9.0.2/24");
        assertThat(road.serverAddress()).isEqualTo("10.9.0.1");
    }

    @Test
    void whatIsSetForTheTrafficIsSaid() {
        for (Traffic traffic : Traffic.values()) {
            assertThat(road.settings(traffic)).contains("checksum=no").contains("profile");
        }
    }
}
