package dev.ringroad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class VolumeOverTcpTest {

    @Test
    void theSnapshotStaysAsItWas() throws Exception {
        VolumeOverTcp.Seen seen = VolumeOverTcp.run();

        assertThat(seen.volume()).isEqualTo("after");
        assertThat(seen.snapshot()).isEqualTo("before");
    }
}
