package dev.ringroad.stack.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.UnknownHostException;

class IpAddressTest {
    @Property
    void readsWhatItWrites(@ForAll long high, @ForAll long low) {
        IpAddress address = new IpAddress(high, low);
        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    }

    @Property
    void agreesWithTheJdk(@ForAll int bits) {
        IpAddress address = IpAddress.v4(bits);
        assertThat(address.toInetAddress().getHostAddress()).isEqualTo(address.toString());
        assertThat(IpAddress.of(address.toInetAddress())).isEqualTo(address);
        assertThat(address.toInetAddress().isMulticastAddress()).isEqualTo(address.isMulticast());
        assertThat(address.toInetAddress().isAnyLocalAddress()).isEqualTo(address.isAny());
    }

    @Property
    void agreesWithTheJdkInSixToo(@ForAll long high, @ForAll long low) throws UnknownHostException {
        IpAddress address = new IpAddress(high, low);
        assertThat(IpAddress.of(InetAddress.getByName(address.toString()))).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "0:0:0:0:0:0:0:0,::",
        "0:0:0:0:0:0:0:1,::1",
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "fe80:0:0:0:0:0:0:0,fe80::",
        "2001:DB8::A,2001:db8::a",
        "::ffff:10.9.0.1,10.9.0.1"
    })
    void writesTheShortestForm(String given, String shortest) {
        assertThat(IpAddress.parse(given)).hasToString(shortest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.x",
                "1..2.3",
                ":",
                ":::",
                "1:2",
                "1::2::3",
                "12345::",
                "g::",
                "1:2:3:4:5:6:7:8:9",
                "localhost",
                "1.2.3.4 ",
                "::1.2.3"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no internet address");
    }

    @Test
    void knowsItsKinds() {
        assertThat(IpAddress.parse("224.0.0.1").isMulticast()).isTrue();
        assertThat(IpAddress.parse("ff02::1").isMulticast()).isTrue();
        assertThat(IpAddress.parse("127.1.2.3").isLoopback()).isTrue();
        assertThat(IpAddress.parse("::1").isLoopback()).isTrue();
        assertThat(IpAddress.parse("169.254.1.1").isLinkLocal()).isTrue();
        assertThat(IpAddress.parse("fe80::1").isLinkLocal()).isTrue();
        assertThat(IpAddress.BROADCAST_V4.isBroadcast()).isTrue();
        assertThat(IpAddress.ANY_V6.isV4()).isFalse();
        assertThat(IpAddress.ANY_V4.isV4()).isTrue();
    }

    @Test
    void prefixesHaveNetworksAndBroadcasts() {
        IpPrefix prefix = IpPrefix.parse("10.9.1.7/23");
        assertThat(prefix.network()).hasToString("10.9.0.0/23");
        assertThat(prefix.broadcast()).hasToString("10.9.1.255");
        assertThat(prefix.contains(IpAddress.parse("10.9.0.200"))).isTrue();
        assertThat(prefix.contains(IpAddress.parse("10.9.2.0"))).isFalse();
        assertThat(IpPrefix.DEFAULT_V4.contains(IpAddress.parse("1.2.3.4"))).isTrue();
        assertThat(IpPrefix.DEFAULT_V4.contains(IpAddress.parse("::1"))).isFalse();
        assertThat(IpPrefix.parse("::/0").contains(IpAddress.parse("1.2.3.4"))).isFalse();
        assertThat(IpPrefix.parse("10.0.0.0/31").broadcast()).isEqualTo(IpAddress.BROADCAST_V4);
        assertThatThrownBy(() -> IpPrefix.parse("10.0.0.0/33"))
                .hasMessageContaining("0 to 32 bits");
        assertThatThrownBy(() -> IpPrefix.parse("10.0.0.0")).hasMessageContaining("slash");
        assertThatThrownBy(() -> IpPrefix.parse("10.0.0.0/x")).hasMessageContaining("number");
    }
}
