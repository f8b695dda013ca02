package dev.ringroad.net.driver.afxdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;
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
        assertThat(options("afxdp:eth0,netns=blue,queue=3,queues=2,mode=native,zero-copy=yes"))
                .isEqualTo(new AfXdpOptions("eth0", "blue", 3, 2, Mode.NATIVE, ZeroCopy.REQUIRED));
    }

    @Test
    void asksForTheBestWhenNothingIsSaid() {
        assertThat(options("afxdp:eth0"))
                .isEqualTo(new AfXdpOptions("eth0", null, 0, 1, Mode.BEST, ZeroCopy.BEST));
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
                "afxdp:eth0,mode=generic,zero-copy=yes"
            })
    void refusesWhatIsNotAllowed(String spec) {
        assertThatThrownBy(() -> options(spec)).isInstanceOf(SpecException.class);
    }
}
