package dev.ringroad.net.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {

    @Test
    void readsAndWrites() {
        MacAddress address = MacAddress.parse("02:00:5E:10:00:0f");
        assertThat(address.bits()).isEqualTo(0x02_00_5e_10_00_0fL);
        assertThat(address).hasToString("02:00:5e:10:00:0f");
        assertThat(MacAddress.BROADCAST).hasToString("ff:ff:ff:ff:ff:ff");
        assertThat(MacAddress.BROADCAST.isGroup()).isTrue();
    }

    @Property
    void readsWhatItWrites(@ForAll @LongRange(max = 0xFFFF_FFFF_FFFFL) long bits) {
        MacAddress address = new MacAddress(bits);
        assertThat(MacAddress.parse(address.toString())).isEqualTo(address);
    }

    @Property
    void givesAddressesThatNobodyElseHas(@ForAll long seed) {
        MacAddress address = MacAddress.locallyAdministered(seed);
        assertThat(address.isGroup()).isFalse();
        assertThat(address.bits() >>> 40 & 2).isEqualTo(2);
        assertThat(MacAddress.locallyAdministered(seed)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:5e:10:00",
                "02:00:5e:10:00:0g",
                "02-00-5e-10-00-01",
                "02005e100001",
                "02:00:5e:10:00:01:"
            })
    void refusesOtherTexts(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("02:00:5e:10:00:01");
    }

    @Test
    void has48Bits() {
        assertThatThrownBy(() -> new MacAddress(1L << 48))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
