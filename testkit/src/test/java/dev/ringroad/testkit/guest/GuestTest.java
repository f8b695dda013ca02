package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The lab itself. */
final class GuestTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir private Path folder;

    @Test
    void aGuestRunsCommandsAndTellsWhatFails() throws Exception {
        Guest.require();
        GuestImage image = new GuestImage().modules("vfio-pci", "vfio-iommu-type1");
        try (Guest guest = Guest.boot(image, folder, List.of())) {
            assertThat(guest.attempt("echo heard; exit 3", SOON))
                    .isEqualTo(new GuestResult("echo heard; exit 3", 3, "heard\n"));
            assertThat(guest.run("ls -l /dev/vfio/vfio", SOON)).startsWith("c");
            assertThatThrownBy(() -> guest.run("insmod /nowhere.ko", SOON))
                    .hasMessageContaining("No such file or directory");
        }
    }

    @Test
    void aModuleThatTheKernelLacksIsNamed() throws Exception {
        Guest.require();
        GuestImage image = new GuestImage().modules("warp-drive");
        assertThatThrownBy(() -> Guest.boot(image, folder, List.of()))
                .hasMessageContaining("has no module warp-drive");
    }
}
