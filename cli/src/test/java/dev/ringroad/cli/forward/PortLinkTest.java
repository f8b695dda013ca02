package dev.ringroad.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.nil.NilDevice;
import dev.ringroad.net.forward.Port;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortLinkTest {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final NilDevice device = NilDevice.open(DeviceSpec.parse("nil:a"), counters);
    private final PortLink link = new PortLink(new Port(0, device, counters), 0);

    @AfterEach
    void close() {
        device.close();
        counters.close();
    }

    @Test
    void aLinkThatComesAtOnceGoesWithoutSaying() {
        assertThat(link.change(false, "connecting", 1)).isEmpty();
        assertThat(link.change(true, "", 2)).isEmpty();
        assertThat(link.change(true, "", 5 * SECOND_NANOS)).isEmpty();
    }

    @Test
    void aLinkThatDoesNotComeIsToldOnceForEachReason() {
        assertThat(link.change(false, "connecting", 1)).isEmpty();
        assertThat(link.change(false, "no such file.", SECOND_NANOS))
                .isEqualTo("the link is not up yet (no such file).");
        assertThat(link.change(false, "no such file.", 3 * SECOND_NANOS)).isEmpty();
        assertThat(link.change(false, "refused", 4 * SECOND_NANOS)).contains("(refused)");
    }

    @Test
    void aLinkThatGoesAndComesBackIsToldWithTheReason() {
        link.change(true, "", 1);
        assertThat(link.change(false, "the interface is gone", 2))
                .startsWith("the link is down")
                .contains("(the interface is gone)");
        assertThat(link.change(false, "the interface is gone", 5 * SECOND_NANOS)).isEmpty();
        assertThat(link.change(true, "", 6 * SECOND_NANOS)).isEqualTo("the link is up again.");
    }
}
