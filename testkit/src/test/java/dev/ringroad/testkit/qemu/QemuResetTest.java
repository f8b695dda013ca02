package dev.ringroad.testkit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.testkit.pci.PciDeviceContract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Objects;

/** The contract on an NVMe drive, which has a function level reset. */
final class QemuResetTest extends PciDeviceContract {
    private static final int DEVICE = 3;

    // Base Specification 2.0, section 3.1.3
    private static final int CC = 0x14;
    private static final int CSTS = 0x1c;
    private static final int AQA = 0x24;
    private static final int ASQ = 0x28;
    private static final int ACQ = 0x30;
    private static final int ENABLE_WITH_USUAL_ENTRIES = 0x0046_0001;
    private static final int READY = 1;
    private static final int SIZES = 0x001f_001f;

    private static @Nullable QemuMachine machine;

    @BeforeAll
    static void startMachine() throws IOException {
        machine =
                QemuMachine.start(
                        "-drive",
                        "id=d0,if=none,driver=null-co,size=1M",
                        "-device",
                        "nvme,serial=s,drive=d0,addr=03.0");
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
        return 0x0010_1b36;
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
        return true;
    }

    @Test
    void aResetDisablesTheController() throws Exception {
        Mmio registers = device().bar(0);
        try (DmaMemory queues = device().dma().allocate("queues", 8192)) {
            device().busMaster(true);
            registers.writeInt(AQA, SIZES);
            registers.writeLong(ASQ, queues.deviceAddress(0));
            registers.writeLong(ACQ, queues.deviceAddress(4096));
            registers.writeInt(CC, ENABLE_WITH_USUAL_ENTRIES);
            assertThat(registers.readInt(CSTS)).isEqualTo(READY);
            device().reset();
            assertThat(registers.readInt(CSTS)).isZero();
        }
    }
}
