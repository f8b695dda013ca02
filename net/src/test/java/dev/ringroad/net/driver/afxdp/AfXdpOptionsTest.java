package dev.ringroad.net.driver.afxdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Checksum;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Mode;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.ZeroCopy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AfXdpOptionsTest {

    private static AfXdpOptions options(String spec) {
        return AfXdpOptions.take(DeviceSpec.parse(spec));
    }

    @Test
    void takesWhatIsSaid() {
        AfXdpOptions said =
                options(
                        "afxdp:eth0,netns=blue,queue=3,queues=2,mode=native,zero-copy=yes,umem=both"
                                + ",buffers=20000,busy-poll=64,checksum=kernel,timestamps=yes,chained=yes");
        assertThat(said)
                .isEqualTo(
                        new AfXdpOptions(
                                "eth0",
                                "blue",
                                3,
                                2,
                                Mode.NATIVE,
                                ZeroCopy.REQUIRED,
                                "both",
                                20000,
                                64,
                                Checksum.KERNEL,
                                true,
                                true));
    }

    @Test
    void asksForTheBestWhenNothingIsSaid() {
        assertThat(options("afxdp:eth0"))
                .isEqualTo(
                        new AfXdpOptions(
                                "eth0",
                                null,
                                0,
                                1,
                                Mode.BEST,
                                ZeroCopy.BEST,
                                null,
                                4096,
                                0,
                                Checksum.SOFTWARE,
                                false,
                                false));
    }

    @Test
    void hasBuffersForASecondPortInMemoryThatIsShared() {
        assertThat(options("afxdp:eth0,queues=2,umem=both").buffers()).isEqualTo(4 * 4096);
    }

    @Test
    void leavesTheOptionsOfAPortThatIsHandedOverToItsOpener() {
        DeviceSpec handed = DeviceSpec.parse("afxdp:eth0,from=/run/eth0.sock");
        AfXdpDevice.takeOptions(handed);
        handed.requireAllTaken();
        DeviceSpec both = DeviceSpec.parse("afxdp:eth0,from=/run/eth0.sock,queue=1");
        AfXdpDevice.takeOptions(both);
        assertThatThrownBy(both::requireAllTaken)
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("queue");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "afxdp:a name",
                "afxdp:eth0,netns=../x",
                "afxdp:eth0,queue=-1",
                "afxdp:eth0,queues=0",
                "afxdp:eth0,mode=fast",
                "afxdp:eth0,zero-copy=maybe",
                "afxdp:eth0,mode=generic,zero-copy=yes",
                "afxdp:eth0,umem=/x",
                "afxdp:eth0,queues=2,buffers=4096",
                "afxdp:eth0,busy-poll=-1",
                "afxdp:eth0,checksum=yes",
                "afxdp:eth0,timestamps=maybe"
            })
    void refusesWhatIsNotAllowed(String spec) {
        assertThatThrownBy(() -> options(spec)).isInstanceOf(SpecException.class);
    }
}
