package dev.ringroad.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.net.device.DeviceSpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PortSpecsTest {

    @TempDir private Path folder;

    @Test
    void whatIsAddedIsNotQuoted() {
        Path file = folder.resolve("a.pcapng");
        List<DeviceSpec> specs = PortSpecs.of(List.of("tap:rr0,host=x"), List.of("0=" + file));
        PortSpecs.complete(specs);
        assertThat(specs.getFirst().options())
                .containsEntry("offload", "no")
                .containsEntry("capture", file.toString());
        assertThat(specs.getFirst().wrong("host", "x", "an address"))
                .hasMessageContaining("\"tap:rr0,host=x\" is not");
    }

    @Test
    void oneCaptureIsEnough() {
        Path file = folder.resolve("a.pcapng");
        String spec = "nil:a,capture=" + file;
        assertThatThrownBy(() -> PortSpecs.of(List.of(spec), List.of("0=" + file)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("twice");
    }

    @Test
    void aRouterTakesJoinedSegmentsUnlessToldNotTo() {
        List<DeviceSpec> specs =
                PortSpecs.of(List.of("afpacket:a", "afpacket:b,offload=no", "tap:c"), List.of());
        PortSpecs.takeJoined(specs);
        assertThat(specs.get(0).options()).containsEntry("offload", "yes");
        assertThat(specs.get(1).options()).containsEntry("offload", "no");
        assertThat(specs.get(2).options()).isEmpty();
    }

    @Test
    void hintsAtWhatAVirtualCableLeavesUndone() throws Exception {
        Path interfaces = folder.resolve("sys/class/net");
        Files.createDirectories(interfaces.resolve("veth0"));
        Files.createDirectories(interfaces.resolve("eth0/device"));
        Machine machine = new Machine(folder);
        assertThat(hint("afxdp:veth0", machine)).contains("ethtool -K NAME tx off", "afpacket:");
        assertThat(hint("afpacket:veth0", machine)).contains("offload=yes");
        assertThat(hint("afpacket:veth0,offload=yes", machine)).isEmpty();
        assertThat(hint("afxdp:eth0", machine)).isEmpty();
        assertThat(hint("afxdp:none", machine)).isEmpty();
        assertThat(hint("tap:veth0", machine)).isEmpty();
        assertThat(hint("memif:/tmp/a.sock", machine)).isEmpty();
    }

    private static String hint(String spec, Machine machine) {
        return PortHints.of(DeviceSpec.parse(spec), machine).orElse("");
    }
}
