package dev.ringroad.cli.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.uring.Feature;
import dev.ringroad.uring.Operation;
import dev.ringroad.uring.SetupFlag;
import dev.ringroad.uring.UringProbe;

import org.junit.jupiter.api.Test;

import java.util.Set;

final class UringProbeCommandTest {

    @Test
    void tellsWhatThereIsAndSinceWhen() {
        UringProbe probe =
                new UringProbe(
                        Set.of(Operation.READ),
                        Set.of(SetupFlag.SQPOLL),
                        Set.of(Feature.MIN_TIMEOUT));
        assertThat(UringProbeCommand.table("6.1.0", probe).lines())
                .contains(
                        "io_uring of Linux 6.1.0",
                        "  yes  READ                Linux 5.6",
                        "  no   WRITE               Linux 5.6",
                        "  yes  SQPOLL              Linux 5.1",
                        "  no   IOPOLL              Linux 5.1",
                        "  yes  MIN_TIMEOUT         Linux 6.12  waiting for a batch, for a while at"
                                + " least");
    }
}
