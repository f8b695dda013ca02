package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

final class PciCapabilitiesTest {

    @Test
    void bothListsAreFollowedInOrder() {
        ArrayConfig config = ArrayConfig.endpoint(4096);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);
        config.capability(0x40, PciCapability.MSIX, 0x83).capability(0x80, PciCapability.POWER, 0);
        config.writeInt(0x100, 0x150_2_0001);
        config.writeInt(0x150, 0x000_1_0010);

        PciCapabilities found = PciCapabilities.of(config);

        assertThat(found.all())
                .containsExactly(
                        new PciCapability(PciCapability.MSIX, 0, 0x40, false),
                        new PciCapability(PciCapability.POWER, 0, 0x80, false),
                        new PciCapability(PciCapability.EXTENDED_ERRORS, 2, 0x100, true),
                        new PciCapability(
                                PciCapability.EXTENDED_VIRTUAL_FUNCTIONS, 1, 0x150, true));
        assertThat(found.trouble()).isEmpty();
        assertThat(found.findExtended(PciCapability.EXTENDED_ERRORS)).hasValue(0x100);
        assertThat(found.find(PciCapability.EXPRESS)).isEmpty();
    }

    @Test
    void aCircleEndsTheListAndIsTold() {
        ArrayConfig config = ArrayConfig.endpoint(4096);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);
        config.capability(0x40, 5, 0x50).capability(0x50, 1, 0x40);

        PciCapabilities found = PciCapabilities.of(config);

        assertThat(found.all()).hasSize(2);
        assertThat(found.trouble()).contains("circle").contains("0x40");
    }

    @Test
    void aPointerIntoTheHeaderEndsTheList() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x10);

        assertThat(PciCapabilities.of(config).all()).isEmpty();
        assertThat(PciCapabilities.of(config).trouble()).contains("outside").contains("0x10");
    }

    @Test
    void anExtendedPointerBelowItsPartEndsTheList() {
        ArrayConfig config = ArrayConfig.endpoint(4096);
        config.writeInt(0x100, 0x040_1_0001);

        assertThat(PciCapabilities.of(config).all()).hasSize(1);
        assertThat(PciCapabilities.of(config).trouble()).contains("outside");
    }

    @Test
    void aFunctionThatIsGoneHasNone() {
        byte[] ones = new byte[4096];
        Arrays.fill(ones, (byte) -1);

        assertThat(PciCapabilities.of(new ArrayConfig(ones)).all()).isEmpty();
    }

    @Test
    void whatOnlyRootMayReadIsAskedForByName() {
        ArrayConfig config = ArrayConfig.endpoint(64);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);

        assertThat(PciCapabilities.of(config).trouble()).contains("64 bytes").contains("root");
    }

    @Property(tries = 2000)
    void noSpaceHoweverHostileKeepsTheReader(
            @ForAll long seed, @ForAll @Size(40) List<Byte> pointers) {
        byte[] bytes = new byte[new int[] {64, 256, 4096}[(int) Math.floorMod(seed, 3L)]];
        new Random(seed).nextBytes(bytes);
        for (int i = 0; i < pointers.size() && 0x41 + i * 4 < bytes.length; i++) {
            bytes[0x41 + i * 4] = pointers.get(i); // more often inside than chance has it
        }
        ArrayConfig config = new ArrayConfig(bytes);
        PciCapabilities found = PciCapabilities.of(config);

        assertThat(found.all()).hasSizeLessThan(48 + 960 + 1);
        assertThat(found.all()).doesNotHaveDuplicates();
        Optional<MsixCapability> msix = MsixCapability.of(config, found);
        msix.ifPresent(one -> assertThat(one.vectorCount()).isBetween(1, 2048));
        msix.ifPresent(one -> assertThat(one.tableBar()).isBetween(0, 5));
        ExpressCapability.of(config, found).ifPresent(one -> one.inFlight(config));
        assertThat(PowerState.of(config, found)).isNotNull();
        for (PciBar bar : PciBar.measure(config)) {
            assertThat(Long.bitCount(bar.byteSize())).isEqualTo(1);
            assertThat(bar.byteSize()).isPositive();
        }
        assertThat(PciIdentity.of(config).className()).isNotEmpty();
    }
}
