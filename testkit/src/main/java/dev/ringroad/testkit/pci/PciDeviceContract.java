package dev.ringroad.testkit.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** Behaviour of any {@link PciDevice} with registers and MSI-X. */
public abstract class PciDeviceContract {
    private static final int COMMAND = 4;
    private static final int BUS_MASTER = 4;
    private static final int BAR_0 = 0x10;
    private static final long PAGE_BYTES = 4096;

    private @Nullable PciDevice device;

    /** Makes the contract; {@link #openDevice} fills it before each test. */
    protected PciDeviceContract() {}

    /** Takes the device; also a second time, after it was closed. */
    protected abstract PciDevice open() throws Exception;

    /** The device's vendor and device number: {@code vendor | device << 16}. */
    protected abstract int identity();

    /** A base address register with at least 16 bytes of registers. */
    protected abstract int bar();

    /** A base address register that the device has not. */
    protected abstract int missingBar();

    /** Whether the function can be reset by itself. */
    protected abstract boolean resets();

    /** The device under test. */
    protected final PciDevice device() {
        return Objects.requireNonNull(device);
    }

    @BeforeEach
    void openDevice() throws Exception {
        device = open();
    }

    @AfterEach
    void closeDevice() throws Exception {
        device().close();
    }

    @Test
    void configurationSpaceIsReadInAnyWidth() {
        PciConfig config = device().config();
        assertThat(config.byteSize()).isIn(256, 4096);
        assertThat(config.readInt(0)).isEqualTo(identity());
        assertThat(config.readShort(0)).isEqualTo((short) identity());
        assertThat(config.readShort(2)).isEqualTo((short) (identity() >> 16));
        assertThat(config.readByte(1)).isEqualTo((byte) (identity() >> 8));
    }

    @Test
    void configurationSpaceHasAnEnd() {
        PciConfig config = device().config();
        int end = config.byteSize();
        assertThatThrownBy(() -> config.readByte(end))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> config.readInt(end - 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> config.readShort(-1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> config.writeByte(end, (byte) 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void registersAreCheckedForTheirPlace() throws Exception {
        Mmio registers = device().bar(bar());
        long end = registers.byteSize();
        assertThat(end).isGreaterThanOrEqualTo(16);
        assertThatThrownBy(() -> registers.readInt(end))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> registers.readLong(end - 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> registers.writeInt(-4, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> registers.readInt(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registers.writeLong(4, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void registersThatAreNotThereAreRefused() {
        assertThatThrownBy(() -> device().bar(missingBar())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> device().bar(6)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> device().bar(-1)).isInstanceOf(IOException.class);
    }

    @Test
    void registersAreMappedOnce() throws Exception {
        assertThat(device().bar(bar())).isSameAs(device().bar(bar()));
    }

    @Test
    void memoryForTheDeviceIsZeroedAlignedAndItsOwn() throws Exception {
        try (DmaMemory one = device().dma().allocate("one", 1);
                DmaMemory other = device().dma().allocate("other", 3 * PAGE_BYTES + 1)) {
            assertThat(one.byteSize()).isEqualTo(PAGE_BYTES);
            assertThat(other.byteSize()).isEqualTo(4 * PAGE_BYTES);
            assertThat(one.deviceAddress(0) % PAGE_BYTES).isZero();
            assertThat(other.contiguousBytes(0)).isEqualTo(other.byteSize());
            long apart = Math.abs(one.deviceAddress(0) - other.deviceAddress(0));
            assertThat(apart).isGreaterThanOrEqualTo(PAGE_BYTES);
            assertThat(one.segment().mismatch(other.segment())).isEqualTo(PAGE_BYTES);
            one.segment().fill((byte) 7);
        }
        try (DmaMemory again = device().dma().allocate("again", 1)) {
            assertThat(again.segment().toArray(JAVA_BYTE)).containsOnly(0);
        }
    }

    @Test
    void memoryIsGivenBackOnceOnly() throws Exception {
        DmaMemory first = device().dma().allocate("first", 1);
        first.close();
        try (DmaMemory second = device().dma().allocate("second", 1)) {
            first.close();
            try (DmaMemory third = device().dma().allocate("third", 1)) {
                assertThat(third.deviceAddress(0)).isNotEqualTo(second.deviceAddress(0));
            }
        }
    }

    @Test
    void theRightToReachMemoryIsOffAtFirst() throws Exception {
        assertThat(command() & BUS_MASTER).isZero();
        device().busMaster(true);
        assertThat(command() & BUS_MASTER).isNotZero();
        device().busMaster(false);
        assertThat(command() & BUS_MASTER).isZero();
    }

    private int command() {
        return device().config().readShort(COMMAND);
    }

    @Test
    void aResetKeepsTheConfiguration() throws Exception {
        device().busMaster(true);
        int address = device().config().readInt(BAR_0);
        int command = command();
        long bytes = device().bar(bar()).byteSize();
        if (resets()) {
            device().reset();
        } else {
            assertThatThrownBy(() -> device().reset())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no function level reset");
        }
        assertThat(device().config().readInt(BAR_0)).isEqualTo(address);
        assertThat(command()).isEqualTo(command);
        assertThat(device().bar(bar()).byteSize()).isEqualTo(bytes);
    }

    @Test
    void interruptsAreDescriptorsThatStayUntilTheNextCall() throws Exception {
        int max = device().interruptsMax();
        assertThat(max).isPositive();
        List<EventFd> events = device().enableInterrupts(max);
        assertThat(events).hasSize(max).doesNotHaveDuplicates();
        assertThat(events).allMatch(event -> event.descriptor().number() >= 0);
        List<EventFd> fewer = device().enableInterrupts(1);
        assertThat(fewer).hasSize(1);
        assertThat(events).allMatch(event -> event.descriptor().number() < 0);
        assertThat(device().enableInterrupts(0)).isEmpty();
        assertThat(fewer.getFirst().descriptor().number()).isNegative();
    }

    @Test
    void moreInterruptsThanThereAreAreRefused() {
        int max = device().interruptsMax();
        assertThatThrownBy(() -> device().enableInterrupts(max + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> device().enableInterrupts(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itCanBeTakenAgainOnceItIsClosed() throws Exception {
        device().busMaster(true);
        Mmio before = device().bar(bar());
        List<EventFd> events = device().enableInterrupts(1);
        device().close();
        assertThat(events.getFirst().descriptor().number()).isNegative();
        assertThatThrownBy(() -> before.readInt(0)).isInstanceOf(IllegalStateException.class);
        device = open();
        assertThat(device().config().readInt(0)).isEqualTo(identity());
        assertThat(command() & BUS_MASTER).isZero();
    }
}
