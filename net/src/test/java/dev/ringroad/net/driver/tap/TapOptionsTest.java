package dev.ringroad.net.driver.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Capabilities;
import dev.ringroad.core.linux.Capabilities.Capability;
import dev.ringroad.core.linux.KernelFeatures;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TapOptionsTest {

    private static TapOptions options(String spec) {
        return TapOptions.take(DeviceSpec.parse(spec));
    }

    @Test
    void takesWhatIsSaid() {
        TapOptions options =
                options("tap:rr0,host=10.9.1.1/24,mtu=9000,mac=02:00:00:00:00:01,offload=yes");
        assertThat(options.name()).isEqualTo("rr0");
        assertThat(String.valueOf(options.host())).isEqualTo("/10.9.1.1");
        assertThat(options.hostPrefixBits()).isEqualTo(24);
        assertThat(options.mtu()).isEqualTo(9000);
        assertThat(options.macAddress()).hasToString("02:00:00:00:00:01");
        assertThat(options.offload()).isEqualTo(TapOptions.Level.SEGMENTATION);
    }

    @Test
    void leavesTheKernelsEndAloneWhenNothingIsSaid() {
        TapOptions options = options("tap:rr0");
        assertThat(options.host()).isNull();
        assertThat(options.mtu()).isZero();
        assertThat(options.offload()).isEqualTo(TapOptions.Level.CHECKSUM);
        assertThat(options.macAddress()).isEqualTo(options("tap:rr0,mtu=900").macAddress());
        assertThat(options.macAddress()).isNotEqualTo(options("tap:rr1").macAddress());
    }

    @Test
    void takesAnAddressOfIpv6() {
        assertThat(options("tap:rr0,host=fd00::1/64").hostPrefixBits()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tap:a-name-that-is-too-long",
                "tap:a/b",
                "tap:..",
                "tap:a%d",
                "tap:rr0,host=10.9.1.1",
                "tap:rr0,host=10.9.1.1/33",
                "tap:rr0,host=10.9.1.1/0",
                "tap:rr0,host=10.9.1.1/x",
                "tap:rr0,host=example.org/24",
                "tap:rr0,host=224.0.0.1/24",
                "tap:rr0,host=0.0.0.0/24",
                "tap:rr0,host=/24",
                "tap:rr0,mtu=67",
                "tap:rr0,mtu=65522",
                "tap:rr0,mac=01:00:00:00:00:01",
                "tap:rr0,offload=maybe"
            })
    void saysWhatIsWrong(String spec) {
        assertThatThrownBy(() -> options(spec)).isInstanceOf(SpecException.class);
    }

    @Test
    void refusesAnOptionThatNobodyKnows() {
        try (CounterFile counters = CounterFile.inMemory(16)) {
            DeviceSpec spec = DeviceSpec.parse("tap:rr0,speed=fast");
            assertThatThrownBy(() -> TapDevice.open(spec, counters))
                    .isInstanceOf(SpecException.class)
                    .hasMessageContaining("speed");
        }
    }

    @Test
    void aNameInUseIsToldWithItsRemedy() throws Exception {
        assumeTrue(KernelFeatures.tun().available(), () -> KernelFeatures.tun().reason());
        assumeTrue(
                Capabilities.current().has(Capability.NET_ADMIN),
                "CAP_NET_ADMIN is missing, which making a TAP needs");
        String name = "rr" + ProcessHandle.current().pid() + "busy";
        try (CounterFile counters = CounterFile.inMemory(16);
                TapDevice first = TapDevice.open(DeviceSpec.parse("tap:" + name), counters)) {
            assertThat(first.linkUp()).isFalse();
            assertThatThrownBy(() -> TapDevice.open(DeviceSpec.parse("tap:" + name), counters))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("EBUSY")
                    .hasMessageContaining("Remedy: choose another name");
            assertThatThrownBy(() -> TapDevice.open(DeviceSpec.parse("tap:lo"), counters))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("there is an interface lo that is not such a TAP");
        }
    }
}
