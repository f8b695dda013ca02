package dev.ringroad.testkit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.testkit.pci.PciDeviceContract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Objects;

/** The contract on an Intel 82574L, whose interrupts can be raised by a register. */
final class QemuPciDeviceTest extends PciDeviceContract {
    private static final long LONG_NANOS = 60_000_000_000L;
    private static final int DEVICE = 3;
    private static final int ICS = 0x00c8; // 82574L datasheet, section 10.2.4.3
    private static final int IMS = 0x00d0;
    private static final int IVAR = 0x00e4; // section 10.2.4.9
    private static final int RX_QUEUE_0 = 1 << 20;
    private static final int VECTOR_2_VALID = 8 | 2;

    private static @Nullable QemuMachine machine;

    @BeforeAll
    static void startMachine() throws IOException {
        machine = QemuMachine.start("-device", "e1000e,addr=03.0");
    }

    @AfterAll
    static void endMachine() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    private static QemuMachine machine() {
        return Objects.requireNonNull(machine);
    }

    @Override
    protected PciDevice open() throws Exception {
        return machine().open(DEVICE);
    }

    @Override
    protected int identity() {
        return 0x10d3_8086;
    }

    @Override
    protected int bar() {
        return 0;
    }

    @Override
    protected int missingBar() {
        return 5;
    }

    @Override
    protected boolean resets() {
        return false;
    }

    @Test
    void aVectorsInterruptSignalsItsDescriptorOnly() throws Exception {
        device().busMaster(true);
        var events = device().enableInterrupts(5);
        raise();
        EventFd raised = events.get(2);
        try (PollSet set = new PollSet(1)) {
            set.add(raised.descriptor().number(), PollSet.POLLIN);
            assertThat(set.poll(LONG_NANOS)).isPositive();
        }
        assertThat(raised.drain()).isTrue();
        assertThat(raised.drain()).isFalse();
        for (int vector : new int[] {0, 1, 3, 4}) {
            assertThat(events.get(vector).drain()).isFalse();
        }
    }

    private void raise() throws IOException {
        Mmio registers = device().bar(0);
        registers.writeInt(IVAR, VECTOR_2_VALID);
        registers.writeInt(IMS, RX_QUEUE_0);
        registers.writeInt(ICS, RX_QUEUE_0);
    }
}
