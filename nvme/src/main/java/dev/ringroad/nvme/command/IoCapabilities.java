package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * What a controller says of its I/O queues and commands: bytes 512 to 767 of {@link
 * IdentifyController} (NVM Express Base Specification 2.0, section 5.17.2.1); abbreviations are the
 * specification's.
 *
 * <pre>
 *    512      sizes of queue entries, commands at once, namespaces
 *    520      optional and fused commands, format, write cache
 *    526      what is atomic
 *    536      SGLs
 * </pre>
 */
public final class IoCapabilities extends Structure {
    /** Bits of {@link #optionalCommands}. */
    public static final int COMPARE_SUPPORTED = 1;

    public static final int WRITE_UNCORRECTABLE_SUPPORTED = 1 << 1;
    public static final int DATASET_MANAGEMENT_SUPPORTED = 1 << 2;
    public static final int WRITE_ZEROES_SUPPORTED = 1 << 3;
    public static final int SAVE_SUPPORTED = 1 << 4;
    public static final int VERIFY_SUPPORTED = 1 << 7;
    public static final int COPY_SUPPORTED = 1 << 8;

    /** A bit of {@link #fusedOperations}. */
    public static final int COMPARE_AND_WRITE_SUPPORTED = 1;

    /** Bits of {@link #formatAttributes}: what concerns all namespaces, whichever is named. */
    public static final int FORMATS_ALL = 1;

    public static final int ERASES_ALL = 1 << 1;

    /** A bit of {@link #volatileWriteCache}. */
    public static final int CACHE_PRESENT = 1;

    /** Values of the two lowest bits of {@link #sglSupport}. */
    public static final int SGL_BYTE_ALIGNED = 1;

    public static final int SGL_DWORD_ALIGNED = 2;

    IoCapabilities(MemorySegment page) {
        super(page, IdentifyController.BYTES);
    }

    /** SQES: bits 3 to 0 the least, 7 to 4 the most, as powers of two. */
    public int submissionEntryShifts() {
        return byteAt(512);
    }

    public IoCapabilities submissionEntryShifts(int value) {
        putByte(512, value);
        return this;
    }

    /** CQES, as above. */
    public int completionEntryShifts() {
        return byteAt(513);
    }

    public IoCapabilities completionEntryShifts(int value) {
        putByte(513, value);
        return this;
    }

    /** MAXCMD. */
    public int outstandingCommandsMax() {
        return shortAt(514);
    }

    public IoCapabilities outstandingCommandsMax(int value) {
        putShort(514, value);
        return this;
    }

    /** NN: the greatest namespace id. */
    public int namespaces() {
        return intAt(516);
    }

    public IoCapabilities namespaces(int value) {
        putInt(516, value);
        return this;
    }

    /** ONCS: {@link #COMPARE_SUPPORTED} and others. */
    public int optionalCommands() {
        return shortAt(520);
    }

    public IoCapabilities optionalCommands(int value) {
        putShort(520, value);
        return this;
    }

    /** FUSES: {@link #COMPARE_AND_WRITE_SUPPORTED}. */
    public int fusedOperations() {
        return shortAt(522);
    }

    public IoCapabilities fusedOperations(int value) {
        putShort(522, value);
        return this;
    }

    /** FNA: {@link #FORMATS_ALL} and others. */
    public int formatAttributes() {
        return byteAt(524);
    }

    public IoCapabilities formatAttributes(int value) {
        putByte(524, value);
        return this;
    }

    /** VWC: {@link #CACHE_PRESENT}, and how a flush of all namespaces behaves. */
    public int volatileWriteCache() {
        return byteAt(525);
    }

    public IoCapabilities volatileWriteCache(int value) {
        putByte(525, value);
        return this;
    }

    /** AWUN, counted from 0. */
    public int atomicWriteBlocks() {
        return shortAt(526);
    }

    /** AWUPF, counted from 0. */
    public int atomicWriteBlocksPowerFail() {
        return shortAt(528);
    }

    /** NWPC. */
    public int writeProtection() {
        return byteAt(531);
    }

    /** ACWU, counted from 0. */
    public int atomicCompareAndWriteBlocks() {
        return shortAt(532);
    }

    public IoCapabilities atomicCompareAndWriteBlocks(int value) {
        putShort(532, value);
        return this;
    }

    /**
     * SGLS: bits 1 and 0 not zero when there are SGLs for NVM commands; {@link #SGL_DWORD_ALIGNED}.
     */
    public int sglSupport() {
        return intAt(536);
    }

    public IoCapabilities sglSupport(int value) {
        putInt(536, value);
        return this;
    }

    /** MNAN. */
    public int namespacesAllowed() {
        return intAt(540);
    }

    public IoCapabilities namespacesAllowed(int value) {
        putInt(540, value);
        return this;
    }

    /** Both sizes of {@link #submissionEntryShifts} or {@link #completionEntryShifts} in one. */
    public static int entryShifts(int least, int most) {
        return most << 4 | least;
    }
}
