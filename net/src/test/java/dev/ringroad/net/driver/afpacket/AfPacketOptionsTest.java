package dev.ringroad.net.driver.afpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afpacket.AfPacketOptions.Ring;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AfPacketOptionsTest {

    private static AfPacketOptions options(String spec) {
        return AfPacketOptions.take(DeviceSpec.parse(spec));
    }

    @Test
    void takesWhatIsSaid() {
        AfPacketOptions options =
                options(
                        "afpacket:eth0.7,netns=blue,queues=4,ring=blocks,promiscuous=yes,"
                                + "mac=02:00:00:00:00:01,offload=yes");
        MacAddress mac = MacAddress.parse("02:00:00:00:00:01");
        assertThat(options)
                .isEqualTo(new AfPacketOptions("eth0.7", "blue", 4, Ring.BLOCKS, true, mac, true));
    }

    @Test
    void leavesToTheInterfaceWhatIsNotSaid() {
        assertThat(options("afpacket:eth0"))
                .isEqualTo(new AfPacketOptions("eth0", null, 1, Ring.FRAMES, null, null, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "afpacket:a name",
                "afpacket:averyveryverylongname",
                "afpacket:..",
                "afpacket:eth0,netns=../x",
                "afpacket:eth0,queues=0",
                "afpacket:eth0,ring=bytes",
                "afpacket:eth0,promiscuous=maybe",
                "afpacket:eth0,mac=01:00:00:00:00:01",
                "afpacket:eth0,offload=checksum"
            })
    void refusesWhatIsNotAllowed(String spec) {
        assertThatThrownBy(() -> options(spec)).isInstanceOf(SpecException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 1526, 9026, 65_557})
    void makesRingsThatTheKernelTakes(int frameBytesMax) {
        RingGeometry geometry = RingGeometry.of(Ring.FRAMES, frameBytesMax);
        assertThat(geometry.slotBytes()).isGreaterThan(frameBytesMax + 100);
        assertThat(geometry.receiveBlockBytes() % geometry.slotBytes()).isZero();
        assertThat(geometry.receiveBlockBytes() % 4096).isZero();
        assertThat(Long.bitCount(geometry.receiveBytes())).isOne();
        assertThat(Long.bitCount(geometry.transmitBytes())).isOne();
        assertThat(geometry.transmitBytes() / geometry.slotBytes()).isGreaterThanOrEqualTo(64);
        assertThat(geometry.receiveBytes() / geometry.slotBytes()).isGreaterThanOrEqualTo(256);
    }
}
