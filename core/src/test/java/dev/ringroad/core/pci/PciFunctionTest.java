package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.pci.PciBar.Kind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Consumer;

/** What is read out of a configuration space that tells the truth. */
final class PciFunctionTest {

    @Test
    void tellsWhoItIs() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeInt(PciHeader.REVISION, 0x010802_02);
        config.writeInt(PciHeader.SUBSYSTEM_VENDOR, 0x1100_1af4);

        PciIdentity identity = PciIdentity.of(config);

        assertThat(identity)
                .isEqualTo(
                        new PciIdentity(0x1b36, 0x10, PciIdentity.CLASS_NVME, 2, 0x1af4, 0x1100));
        assertThat(identity.ids()).isEqualTo("1b36:0010");
        assertThat(identity.className()).isEqualTo("NVMe controller");
    }

    @Test
    void registersAreMeasuredAndLeftAsTheyWere() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeShort(PciHeader.COMMAND, (short) 7);
        config.writeInt(0x10, 0xfebf_0004);
        config.writeInt(0x14, 1);
        config.writeInt(0x18, 0xfe00_0008);
        config.writeInt(0x1c, 0xc001);
        config.writable(0x10, ~0x3fff).writable(0x18, ~0xfff).writable(0x1c, 0xffe0);
        config.writable(0x20, 0).writable(0x24, 0);

        assertThat(PciBar.measure(config))
                .containsExactly(
                        new PciBar(0, Kind.MEMORY_64, false, 0x1_febf_0000L, 0x4000),
                        new PciBar(2, Kind.MEMORY_32, true, 0xfe00_0000L, 0x1000),
                        new PciBar(3, Kind.PORTS, false, 0xc000, 32));
        assertThat(config.readInt(0x10)).isEqualTo(0xfebf_0004);
        assertThat(config.readInt(0x14)).isEqualTo(1);
        assertThat(config.readShort(PciHeader.COMMAND)).isEqualTo((short) 7);
    }

    @Test
    void aWideRegisterWithoutAnUpperHalfIsNone() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeInt(0x24, 4);
        for (int offset = 0x10; offset < 0x24; offset += 4) {
            config.writable(offset, 0);
        }
        config.writable(0x24, ~0xfff);

        assertThat(PciBar.measure(config)).isEmpty();
    }

    @Test
    void aRegisterCanBeGivenAnAddress() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeInt(0x10, 4);
        config.writable(0x10, ~0x3fff);
        PciBar bar = new PciBar(0, Kind.MEMORY_64, false, 0, 0x4000);

        PciBar assigned = bar.assign(config, 0x2_e000_0000L);

        assertThat(assigned.address()).isEqualTo(0x2_e000_0000L);
        assertThat(config.readInt(0x10)).isEqualTo(0xe000_0004);
        assertThat(config.readInt(0x14)).isEqualTo(2);
        assertThatThrownBy(() -> bar.assign(config, 0x1000)).hasMessageContaining("0x1000");
    }

    @Test
    void theTableOfInterruptsIsFoundAndProgrammed() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);
        config.capability(0x40, PciCapability.MSIX, 0);
        config.writeShort(0x42, (short) 0x4040);
        config.writeInt(0x44, 0x2000 | 4);
        config.writeInt(0x48, 0x3000 | 5);
        MsixCapability msix = MsixCapability.of(config, PciCapabilities.of(config)).orElseThrow();
        MemorySegment registers = MemorySegment.ofArray(new int[0x1000]);
        MappedMmio bar = new MappedMmio(registers);

        assertThat(msix).isEqualTo(new MsixCapability(0x40, 65, 4, 0x2000, 5, 0x3000));
        msix.program(bar, 2, 0x1_0000_4000L, 0x1234);
        msix.enable(config, true);

        assertThat(registers.asSlice(0x2020, 16).toArray(ValueLayout.JAVA_INT))
                .containsExactly(0x4000, 1, 0x1234, 0);
        assertThat(config.readShort(0x42)).isEqualTo((short) 0x8040);
        msix.mask(bar, 2);
        assertThat(bar.readInt(0x202c)).isEqualTo(1);
        assertThatThrownBy(() -> msix.mask(bar, 65)).hasMessageContaining("65");
    }

    @Test
    void aTableBehindARegisterThatCannotBeIsNone() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);
        config.capability(0x40, PciCapability.MSIX, 0);
        config.writeInt(0x44, 7);

        assertThat(MsixCapability.of(config, PciCapabilities.of(config))).isEmpty();
    }

    @Test
    void theStateOfPowerIsReadAndChanged() {
        ArrayConfig config = ArrayConfig.endpoint(256);
        PciCapabilities none = PciCapabilities.of(config);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);
        config.capability(0x40, PciCapability.POWER, 0);
        config.writeShort(0x44, (short) 0x010b);
        PciCapabilities some = PciCapabilities.of(config);

        assertThat(PowerState.of(config, none)).isEqualTo(PowerState.D0);
        assertThat(PowerState.D0.enter(config, none)).isFalse();
        assertThat(PowerState.of(config, some)).isEqualTo(PowerState.D3_HOT);
        assertThat(PowerState.D0.enter(config, some)).isTrue();
        assertThat(config.readShort(0x44)).isEqualTo((short) 0x0108);
    }

    @Test
    void aResetPutsBackWhatTheHeaderHeld() throws Exception {
        ArrayConfig config =
                express(
                        0x1000_0000,
                        config2 -> {
                            config2.writeInt(0x10, 0);
                            config2.writeShort(PciHeader.COMMAND, (short) 0);
                        });
        config.writeInt(0x10, 0xfe00_0000);
        config.writeShort(PciHeader.COMMAND, (short) 6);
        ExpressCapability express =
                ExpressCapability.of(config, PciCapabilities.of(config)).orElseThrow();

        express.reset(config, Optional.empty());

        assertThat(express.resetsItself()).isTrue();
        assertThat(config.readInt(0x10)).isEqualTo(0xfe00_0000);
        assertThat(config.readShort(PciHeader.COMMAND)).isEqualTo((short) 6);
    }

    @Test
    void aFunctionWithoutAResetSaysSo() {
        ArrayConfig config = express(0, unused -> {});
        ExpressCapability express =
                ExpressCapability.of(config, PciCapabilities.of(config)).orElseThrow();

        assertThatThrownBy(() -> express.reset(config, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no reset");
    }

    private static ArrayConfig express(int deviceCapabilities, Consumer<ArrayConfig> onReset) {
        ArrayConfig config = ArrayConfig.endpoint(256);
        config.writeByte(PciHeader.CAPABILITIES, (byte) 0x40);
        config.capability(0x40, PciCapability.EXPRESS, 0);
        config.writeInt(0x44, deviceCapabilities);
        config.onShort(
                0x48,
                value -> {
                    if ((value & 0x8000) != 0) {
                        onReset.accept(config);
                    }
                });
        return config;
    }
}
