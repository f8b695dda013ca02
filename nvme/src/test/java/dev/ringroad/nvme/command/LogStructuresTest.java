package dev.ringroad.nvme.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Log pages and zone reports byte by byte, and with nonsense in them. */
final class LogStructuresTest {
    private static ByteBuffer page(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static MemorySegment ones(int bytes) {
        byte[] page = new byte[bytes];
        Arrays.fill(page, (byte) -1);
        return MemorySegment.ofArray(page);
    }

    @Test
    void theHealthLogIsReadWhereTheSpecificationHasIt() {
        ByteBuffer page = page(SmartLog.BYTES);
        page.put(0, (byte) (SmartLog.READ_ONLY | SmartLog.SPARE_LOW));
        page.putShort(1, (short) 323);
        page.put(3, (byte) 99).put(4, (byte) 10).put(5, (byte) 255);
        for (int counter = 0; counter < 10; counter++) {
            page.putLong(32 + 16 * counter, counter + 1);
        }
        page.putInt(192, 77).putInt(196, 78).putShort(214, (short) 301);
        SmartLog smart = new SmartLog(MemorySegment.ofArray(page.array()));
        assertThat(smart.warnings()).isEqualTo(9);
        assertThat(smart.kelvin()).isEqualTo(323);
        assertThat(smart.sparePercent()).isEqualTo(99);
        assertThat(smart.sparePercentMin()).isEqualTo(10);
        assertThat(smart.usedPercent()).isEqualTo(255);
        assertThat(smart.dataUnitsRead()).isEqualTo(1);
        assertThat(smart.dataUnitsWritten()).isEqualTo(2);
        assertThat(smart.readCommands()).isEqualTo(3);
        assertThat(smart.writeCommands()).isEqualTo(4);
        assertThat(smart.busyMinutes()).isEqualTo(5);
        assertThat(smart.powerCycles()).isEqualTo(6);
        assertThat(smart.powerOnHours()).isEqualTo(7);
        assertThat(smart.unsafeShutdowns()).isEqualTo(8);
        assertThat(smart.mediaErrors()).isEqualTo(9);
        assertThat(smart.errorLogEntries()).isEqualTo(10);
        assertThat(smart.warningMinutes()).isEqualTo(77);
        assertThat(smart.criticalMinutes()).isEqualTo(78);
        assertThat(smart.sensorKelvin(7)).isEqualTo(301);
        assertThatThrownBy(() -> smart.sensorKelvin(8))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void countersOfSixteenBytesAreUnsigned() {
        SmartLog smart = new SmartLog(ones(SmartLog.BYTES));
        BigInteger all = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);
        assertThat(smart.dataUnitsRead()).isEqualTo(all);
        assertThat(smart.errorLogEntries()).isEqualTo(all);
    }

    @Test
    void anErrorIsReadWhereTheSpecificationHasIt() {
        ByteBuffer entry = page(ErrorLogEntry.BYTES);
        entry.putLong(0, 5).putShort(8, (short) 2).putShort(10, (short) 3);
        entry.putShort(12, (short) (NvmeStatus.LBA_OUT_OF_RANGE << 1 | 1)).putShort(14, (short) 40);
        entry.putLong(16, 1L << 40).putInt(24, 7).putLong(32, 9);
        ErrorLogEntry error = new ErrorLogEntry(MemorySegment.ofArray(entry.array()));
        assertThat(error.count()).isEqualTo(5);
        assertThat(error.queueId()).isEqualTo(2);
        assertThat(error.commandId()).isEqualTo(3);
        assertThat(error.status()).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
        assertThat(error.parameter()).isEqualTo(40);
        assertThat(error.block()).isEqualTo(1L << 40);
        assertThat(error.namespaceId()).isEqualTo(7);
        assertThat(error.commandSpecific()).isEqualTo(9);
    }

    @Test
    void firmwareSlotsHaveNames() {
        ByteBuffer page = page(FirmwareSlots.BYTES);
        page.put(0, (byte) 0x32);
        page.put(16, "V2.1\u0007   ".getBytes(StandardCharsets.US_ASCII));
        FirmwareSlots slots = new FirmwareSlots(MemorySegment.ofArray(page.array()));
        assertThat(slots.active()).isEqualTo(2);
        assertThat(slots.next()).isEqualTo(3);
        assertThat(slots.revision(1)).isEmpty();
        assertThat(slots.revision(2)).isEqualTo("V2.1?");
        assertThatThrownBy(() -> slots.revision(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slots.revision(8)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aReportThatLiesAboutItsLengthIsReadAsFarAsItGoes() {
        MemorySegment report = ones(ZoneReport.HEADER_BYTES + 3 * ZoneReport.ZONE_BYTES);
        assertThat(ZoneReport.zones(report, 0, report.byteSize())).isEqualTo(3);
        assertThat(ZoneReport.zones(report, 0, report.byteSize() - 1)).isEqualTo(2);
        assertThat(ZoneReport.zones(report, 0, ZoneReport.HEADER_BYTES)).isZero();
        assertThat(ZoneReport.count(report, 0)).isEqualTo(-1);
        assertThat(ZoneReport.state(report, ZoneReport.zoneAt(0, 2))).isEqualTo(ZoneState.OFFLINE);
    }

    @Test
    void aZoneIsReadWhereTheSpecificationHasIt() {
        ByteBuffer page = page(ZoneReport.HEADER_BYTES + ZoneReport.ZONE_BYTES);
        page.putLong(0, 1).put(64, (byte) 2).put(65, (byte) 0xe0);
        page.putLong(72, 48).putLong(80, 64).putLong(88, 112);
        MemorySegment report = MemorySegment.ofArray(page.array());
        long zone = ZoneReport.zoneAt(0, 0);
        assertThat(ZoneReport.zones(report, 0, report.byteSize())).isOne();
        assertThat(ZoneReport.type(report, zone)).isEqualTo(ZoneReport.SEQUENTIAL_WRITE_REQUIRED);
        assertThat(ZoneReport.state(report, zone)).isEqualTo(ZoneState.FULL);
        assertThat(ZoneReport.capacityBlocks(report, zone)).isEqualTo(48);
        assertThat(ZoneReport.firstBlock(report, zone)).isEqualTo(64);
        assertThat(ZoneReport.writePointer(report, zone)).isEqualTo(112);
    }

    @Test
    void anEventIsThreeNumbers() {
        assertThat(AsynchronousEvent.of(0xffff_ffff_0002_0101L))
                .isEqualTo(
                        new AsynchronousEvent(
                                AsynchronousEvent.HEALTH,
                                AsynchronousEvent.TEMPERATURE,
                                LogPageId.SMART));
    }

    @Test
    void memoryThatIsTooSmallIsRefused() {
        assertThatThrownBy(() -> new SmartLog(ones(511)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ErrorLogEntry(ones(63)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ZonedNamespaceIdentity(ones(4095)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CommandEffects(ones(4095)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
