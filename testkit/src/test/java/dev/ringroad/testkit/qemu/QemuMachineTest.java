package dev.ringroad.testkit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.testkit.lab.Child;
import dev.ringroad.testkit.lab.Requirement;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Machines come up, tell why when they do not, and leave nothing behind. */
final class QemuMachineTest {
    private static final int NVME_VERSION = 8;

    @Test
    void aMachineThatDoesNotStartTellsWhatItPrinted() {
        assertThatThrownBy(() -> QemuMachine.start("-device", "no-such-device"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not come up")
                .hasMessageContaining("no-such-device");
    }

    @Test
    void aMachineThatEndsTellsItAtTheNextAccess() throws Exception {
        try (QemuMachine machine = QemuMachine.start("-device", "e1000e,addr=03.0")) {
            Mmio registers = machine.open(3).bar(0);
            ProcessHandle process = ProcessHandle.of(machine.pid()).orElseThrow();
            assertThat(process.destroyForcibly()).isTrue();
            ProcessHandle ignored = process.onExit().get();
            assertThatThrownBy(() -> registers.readInt(0))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("QEMU has gone before it answered");
        }
    }

    @Test
    void closingLeavesNoProcessNoFileAndNoDescriptor() throws Exception {
        QemuMachine.start().close(); // whatever is made once is made now
        List<Path> filesBefore = files();
        OpenDescriptors before = OpenDescriptors.now();
        long pid;
        try (QemuMachine machine = QemuMachine.start("-device", "e1000e,addr=03.0");
                PciDevice device = machine.open(3)) {
            pid = machine.pid();
            assertThat(device.enableInterrupts(2)).hasSize(2);
        }
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)).isFalse();
        assertThat(files()).isEqualTo(filesBefore);
        assertThat(OpenDescriptors.now()).isEqualTo(before);
    }

    private static List<Path> files() throws IOException {
        String own = "ringroad-qemu";
        try (Stream<Path> shared = Files.list(Path.of("/dev/shm"));
                Stream<Path> temporary =
                        Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return Stream.concat(shared, temporary)
                    .filter(file -> String.valueOf(file.getFileName()).startsWith(own))
                    .sorted()
                    .toList();
        }
    }

    /** Started as a process of its own by {@link #itEndsWithTheProcessThatStartedIt}. */
    static final class Forgetful {
        private Forgetful() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println("pid " + QemuMachine.start().pid());
        }
    }

    @Test
    void itEndsWithTheProcessThatStartedIt() throws Exception {
        Requirement.programs("qemu-system-x86", QemuProcess.PROGRAM);
        String classes =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String printed =
                Child.run(
                        Duration.ofSeconds(60),
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classes,
                        Forgetful.class.getName());
        long pid = Long.parseLong(printed.strip().substring("pid ".length()));
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }

    @Test
    void itsFunctionsAreFoundAsAService() throws Exception {
        PciBackEnd found = null;
        for (PciBackEnd each : ServiceLoader.load(PciBackEnd.class)) {
            if (each.name().equals("qemu")) {
                found = each;
            }
        }
        assertThat(found).isNotNull();
        try (QemuMachine one = QemuMachine.start("-device", "e1000e,addr=03.0");
                QemuMachine other = QemuMachine.start("-device", "e1000e,addr=05.0")) {
            assertThat(found.functions()).contains(one.address(3), other.address(5));
            try (PciDevice device = found.open(other.address(5))) {
                assertThat(device.address()).isEqualTo(other.address(5));
            }
            PciBackEnd backEnd = found;
            assertThatThrownBy(() -> backEnd.open(one.address(5)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("There is no function " + one.address(5));
        }
    }

    @Test
    void aFunctionIsTakenOnce() throws Exception {
        try (QemuMachine machine = QemuMachine.start("-device", "e1000e,addr=03.0");
                PciDevice device = machine.open(3)) {
            assertThatThrownBy(() -> machine.open(device.address()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use");
        }
    }

    @Test
    void memoryThatIsTooMuchIsRefused() throws Exception {
        try (QemuMachine machine = QemuMachine.start("-device", "e1000e,addr=03.0");
                PciDevice device = machine.open(3)) {
            assertThatThrownBy(() -> device.dma().allocate("all", 64 << 20))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no room for 67108864 of \"all\"");
            device.dma().allocate("some", 63 << 20).close();
            assertThat(machine.allocatedBytes()).isZero();
        }
    }

    @Test
    void aDeviceThatIsPulledOutAnswersAllOnes() throws Exception {
        try (QemuMachine machine =
                QemuMachine.start(
                        "-global",
                        HotPlugSlot.NATIVE,
                        "-drive",
                        "id=d0,if=none,driver=null-co,size=1M",
                        "-device",
                        "pcie-root-port,id=rp,chassis=1,slot=1,addr=02.0",
                        "-device",
                        "nvme,serial=s,drive=d0,bus=rp")) {
            HotPlugSlot slot = machine.slot(2);
            assertThat(slot.isTaken()).isTrue();
            try (PciDevice device = machine.open(machine.behindBridge(1))) {
                Mmio registers = device.bar(0);
                assertThat(registers.readInt(NVME_VERSION)).isEqualTo(0x10400);
                slot.pull();
                assertThat(registers.readInt(NVME_VERSION)).isEqualTo(-1);
                assertThat(registers.readLong(0)).isEqualTo(-1);
                assertThat(device.config().readInt(0)).isEqualTo(-1);
            }
            assertThat(slot.isTaken()).isFalse();
            slot.plug("e1000e,id=net,bus=rp");
            assertThat(slot.isTaken()).isTrue();
            try (PciDevice other = machine.open(machine.behindBridge(1))) {
                assertThat(other.config().readInt(0)).isEqualTo(0x10d3_8086);
                assertThat(other.bar(0).readInt(0)).isNotEqualTo(-1);
            }
        }
    }
}
