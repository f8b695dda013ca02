package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.require;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.Objects;

/**
 * How a drive fares, 512 bytes (NVM Express Base Specification 2.0, section 5.16.1.3, "SMART /
 * Health Information").
 *
 * <pre>
 *    0        1           3       4       5       6                32
 *    | warning| kelvin    | spare%| least%| used% | groups' warning …|
 *   32                                48                                64
 *    | data units read                 | data units written               |
 *   64                                80                                96
 *    | reads                           | writes                           |
 *   96                                112                              128
 *    | minutes busy                    | power cycles                     |
 *  128                                144                              160
 *    | hours powered                   | unsafe shutdowns                 |
 *  160                                176                              192
 *    | media errors                    | error log entries                |
 *  192             196            200                  216
 *    | minutes warm | minutes hot  | kelvin of sensors | reserved … 512
 * </pre>
 */
public final class SmartLog extends Structure {
    public static final int BYTES = 512;

    public static final int SENSORS = 8;

    /** Bits of {@link #warnings}. */
    public static final int SPARE_LOW = 1;

    public static final int TEMPERATURE = 1 << 1;
    public static final int RELIABILITY_DEGRADED = 1 << 2;
    public static final int READ_ONLY = 1 << 3;
    public static final int BACKUP_FAILED = 1 << 4;
    public static final int PERSISTENT_REGION_UNRELIABLE = 1 << 5;

    /** A data unit is a thousand times 512 bytes. */
    public static final int DATA_UNIT_BYTES = 512_000;

    private static final int COUNTERS_AT = 32;
    private static final int COUNTER_BYTES = 16;
    private static final int COUNTERS = 10;
    private static final int WARM_AT = 192;
    private static final int SENSORS_AT = 200;

    static {
        require(
                COUNTERS_AT + COUNTERS * COUNTER_BYTES == WARM_AT,
                "the times follow the counters of the SMART log");
    }

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public SmartLog(MemorySegment memory) {
        super(memory, BYTES);
    }

    public int warnings() {
        return byteAt(0);
    }

    /** Of all of it together. */
    public int kelvin() {
        return shortAt(1);
    }

    /** What is left of the spare room. */
    public int sparePercent() {
        return byteAt(3);
    }

    /** Below this it is too little. */
    public int sparePercentMin() {
        return byteAt(4);
    }

    /** Of the life that its maker estimates; more than 100 is possible. */
    public int usedPercent() {
        return byteAt(5);
    }

    /** In {@link #DATA_UNIT_BYTES}. */
    public BigInteger dataUnitsRead() {
        return counter(0);
    }

    /** In {@link #DATA_UNIT_BYTES}. */
    public BigInteger dataUnitsWritten() {
        return counter(1);
    }

    public BigInteger readCommands() {
        return counter(2);
    }

    public BigInteger writeCommands() {
        return counter(3);
    }

    public BigInteger busyMinutes() {
        return counter(4);
    }

    public BigInteger powerCycles() {
        return counter(5);
    }

    public BigInteger powerOnHours() {
        return counter(6);
    }

    public BigInteger unsafeShutdowns() {
        return counter(7);
    }

    public BigInteger mediaErrors() {
        return counter(8);
    }

    public BigInteger errorLogEntries() {
        return counter(9);
    }

    /** Unsigned, 16 bytes. */
    private BigInteger counter(int index) {
        long at = COUNTERS_AT + (long) index * COUNTER_BYTES;
        return unsigned(longAt(at + Long.BYTES)).shiftLeft(Long.SIZE).add(unsigned(longAt(at)));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    /** Minutes above the warning temperature, unsigned. */
    public int warningMinutes() {
        return intAt(WARM_AT);
    }

    /** Minutes above the critical temperature, unsigned. */
    public int criticalMinutes() {
        return intAt(WARM_AT + 4);
    }

    /** Of a sensor from 0; 0 when there is none. */
    public int sensorKelvin(int index) {
        return shortAt(SENSORS_AT + 2L * Objects.checkIndex(index, SENSORS));
    }
}
