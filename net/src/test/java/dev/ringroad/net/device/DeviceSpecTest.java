package dev.ringroad.net.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class DeviceSpecTest {

    @Test
    void takesASpecApart() {
        DeviceSpec spec =
                DeviceSpec.parse(" memif:/tmp/a.sock,role=server,ip=10.9.0.1/24,ring=11,copy=no ");
        assertThat(spec.kind()).isEqualTo("memif");
        assertThat(spec.address()).isEqualTo("/tmp/a.sock");
        assertThat(spec.options()).containsOnlyKeys("role", "ip", "ring", "copy");
        assertThat(spec.take("ip")).isEqualTo("10.9.0.1/24");
        assertThat(spec.take("ip")).isNull();
        assertThat(spec.takeOneOf("role", "client", List.of("server", "client")))
                .isEqualTo("server");
        assertThat(spec.takeInt("ring", 10, 1, 14)).isEqualTo(11);
        assertThat(spec.takeInt("buffer", 2048, 64, 65536)).isEqualTo(2048);
        assertThat(spec.takeYesNo("copy", true)).isFalse();
        assertThat(spec.takeYesNo("other", true)).isTrue();
        assertThat(spec.takeMacAddress("mac", MacAddress.BROADCAST))
                .isEqualTo(MacAddress.BROADCAST);
        spec.requireAllTaken();
    }

    @Test
    void keepsColonsBehindTheKind() {
        assertThat(DeviceSpec.parse("pcap:a:b").address()).isEqualTo("a:b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "memif", "memif:", ":x", "  ", ",", "memif,role=server"})
    void asksForKindAndAddress(String text) {
        assertThatThrownBy(() -> DeviceSpec.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("KIND:ADDRESS[,KEY=VALUE]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tap:a,", "tap:a,b", "tap:a,=b", "tap:a,b=", "tap:a,,c=d"})
    void asksForKeysWithValues(String text) {
        assertThatThrownBy(() -> DeviceSpec.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("write KEY=VALUE");
    }

    @Test
    void saysWhatIsAllowedInstead() {
        assertThatThrownBy(() -> DeviceSpec.parse("tap:a,mtu=1,mtu=2"))
                .hasMessageContaining("has mtu twice");
        assertThatThrownBy(() -> DeviceSpec.parse("tap:a,mtu=xx").takeInt("mtu", 1500, 68, 9000))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("mtu=xx")
                .hasMessageContaining("a number from 68 to 9000");
        assertThatThrownBy(() -> DeviceSpec.parse("tap:a,mtu=9001").takeInt("mtu", 1500, 68, 9000))
                .hasMessageContaining("a number from 68 to 9000");
        assertThatThrownBy(() -> DeviceSpec.parse("tap:a,offload=1").takeYesNo("offload", true))
                .hasMessageContaining("one of yes, no");
        assertThatThrownBy(
                        () ->
                                DeviceSpec.parse("tap:a,mac=01:00:00:00:00:00")
                                        .takeMacAddress("mac", MacAddress.BROADCAST))
                .hasMessageContaining("one station");
        DeviceSpec spec = DeviceSpec.parse("tap:a,rol=x");
        assertThat(spec.take("role")).isNull();
        assertThat(spec.take("mtu", "1500")).isEqualTo("1500");
        assertThatThrownBy(spec::requireAllTaken)
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("rol that tap does not know; it knows mtu, role");
    }
}
