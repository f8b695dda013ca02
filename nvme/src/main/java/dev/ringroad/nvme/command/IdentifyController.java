package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * What a controller is, 4096 bytes (NVM Express Base Specification 2.0, section 5.17.2.1, figure
 * "Identify Controller Data Structure"); abbreviations are the specification's.
 *
 * <pre>
 *      0    maker, serial number, model, firmware, MDTS, controller id, version
 *    256    admin command attributes and optional admin commands
 *    512    queue entry sizes, namespaces, optional NVM commands, SGLs
 *    768    name of the NVM subsystem
 *   1792    Fabrics
 *   2048    power states
 * </pre>
 *
 * Accessors read what is there, whoever wrote it; who believes it is to check it before.
 */
public final class IdentifyController extends Structure {
    public static final int BYTES = 4096;

    /** Bits of {@link #multipath}. */
    public static final int MULTIPLE_PORTS = 1;

    public static final int MULTIPLE_CONTROLLERS = 1 << 1;
    public static final int ANA_REPORTING = 1 << 3;

    public static final int TYPE_IO = 1;
    public static final int TYPE_DISCOVERY = 2;
    public static final int TYPE_ADMINISTRATIVE = 3;

    /** Bits of {@link #optionalAdminCommands}. */
    public static final int FORMAT_SUPPORTED = 1 << 1;

    public static final int FIRMWARE_SUPPORTED = 1 << 2;
    public static final int NAMESPACE_MANAGEMENT_SUPPORTED = 1 << 3;
    public static final int DOORBELL_BUFFER_SUPPORTED = 1 << 8;

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

    /** A bit of {@link #volatileWriteCache}. */
    public static final int CACHE_PRESENT = 1;

    /** Values of the two lowest bits of {@link #sglSupport}. */
    public static final int SGL_BYTE_ALIGNED = 1;

    public static final int SGL_DWORD_ALIGNED = 2;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public IdentifyController(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** VID. */
    public int pciVendorId() {
        return shortAt(0);
    }

    public IdentifyController pciVendorId(int value) {
        putShort(0, value);
        return this;
    }

    /** SSVID. */
    public int pciSubsystemVendorId() {
        return shortAt(2);
    }

    public IdentifyController pciSubsystemVendorId(int value) {
        putShort(2, value);
        return this;
    }

    /** SN. */
    public String serialNumber() {
        return textAt(4, 20);
    }

    public IdentifyController serialNumber(String text) {
        putText(4, 20, ' ', text);
        return this;
    }

    /** MN. */
    public String modelNumber() {
        return textAt(24, 40);
    }

    public IdentifyController modelNumber(String text) {
        putText(24, 40, ' ', text);
        return this;
    }

    /** FR. */
    public String firmwareRevision() {
        return textAt(64, 8);
    }

    public IdentifyController firmwareRevision(String text) {
        putText(64, 8, ' ', text);
        return this;
    }

    /** RAB: a power of two. */
    public int recommendedArbitrationBurst() {
        return byteAt(72);
    }

    public IdentifyController recommendedArbitrationBurst(int value) {
        putByte(72, value);
        return this;
    }

    /** CMIC: {@link #MULTIPLE_PORTS} and others. */
    public int multipath() {
        return byteAt(76);
    }

    public IdentifyController multipath(int value) {
        putByte(76, value);
        return this;
    }

    /** MDTS: the longest transfer as a power of two of the least page, 0 for no limit. */
    public int transferShift() {
        return byteAt(77);
    }

    public IdentifyController transferShift(int value) {
        putByte(77, value);
        return this;
    }

    /** CNTLID. */
    public int controllerId() {
        return shortAt(78);
    }

    public IdentifyController controllerId(int value) {
        putShort(78, value);
        return this;
    }

    /** VER: major in bits 31 to 16, minor in 15 to 8, tertiary in 7 to 0. */
    public int version() {
        return intAt(80);
    }

    public IdentifyController version(int value) {
        putInt(80, value);
        return this;
    }

    /** RTD3R. */
    public int resumeMicros() {
        return intAt(84);
    }

    public IdentifyController resumeMicros(int value) {
        putInt(84, value);
        return this;
    }

    /** RTD3E: 0 when nothing is said. */
    public int shutdownMicros() {
        return intAt(88);
    }

    public IdentifyController shutdownMicros(int value) {
        putInt(88, value);
        return this;
    }

    /** OAES. */
    public int asynchronousEvents() {
        return intAt(92);
    }

    public IdentifyController asynchronousEvents(int value) {
        putInt(92, value);
        return this;
    }

    /** CTRATT. */
    public int attributes() {
        return intAt(96);
    }

    public IdentifyController attributes(int value) {
        putInt(96, value);
        return this;
    }

    /** CNTRLTYPE: {@link #TYPE_IO}, {@link #TYPE_DISCOVERY}, {@link #TYPE_ADMINISTRATIVE}. */
    public int controllerType() {
        return byteAt(111);
    }

    public IdentifyController controllerType(int value) {
        putByte(111, value);
        return this;
    }

    /** CRDT1, in units of 100 milliseconds. */
    public int retryDelay1() {
        return shortAt(128);
    }

    public IdentifyController retryDelay1(int value) {
        putShort(128, value);
        return this;
    }

    /** CRDT2, as above. */
    public int retryDelay2() {
        return shortAt(130);
    }

    public IdentifyController retryDelay2(int value) {
        putShort(130, value);
        return this;
    }

    /** CRDT3, as above. */
    public int retryDelay3() {
        return shortAt(132);
    }

    public IdentifyController retryDelay3(int value) {
        putShort(132, value);
        return this;
    }

    /** OACS: {@link #FORMAT_SUPPORTED} and others. */
    public int optionalAdminCommands() {
        return shortAt(256);
    }

    public IdentifyController optionalAdminCommands(int value) {
        putShort(256, value);
        return this;
    }

    /** ACL, counted from 0. */
    public int abortLimit() {
        return byteAt(258);
    }

    public IdentifyController abortLimit(int value) {
        putByte(258, value);
        return this;
    }

    /** AERL, counted from 0. */
    public int asynchronousEventLimit() {
        return byteAt(259);
    }

    public IdentifyController asynchronousEventLimit(int value) {
        putByte(259, value);
        return this;
    }

    /** FRMW: bits 3 to 1 the slots, bit 0 the first is read-only, bit 4 without a reset. */
    public int firmwareUpdates() {
        return byteAt(260);
    }

    public IdentifyController firmwareUpdates(int value) {
        putByte(260, value);
        return this;
    }

    /** LPA. */
    public int logPageAttributes() {
        return byteAt(261);
    }

    public IdentifyController logPageAttributes(int value) {
        putByte(261, value);
        return this;
    }

    /** ELPE, counted from 0. */
    public int errorLogEntries() {
        return byteAt(262);
    }

    public IdentifyController errorLogEntries(int value) {
        putByte(262, value);
        return this;
    }

    /** NPSS, counted from 0. */
    public int powerStates() {
        return byteAt(263);
    }

    public IdentifyController powerStates(int value) {
        putByte(263, value);
        return this;
    }

    /** WCTEMP. */
    public int warningKelvin() {
        return shortAt(266);
    }

    public IdentifyController warningKelvin(int value) {
        putShort(266, value);
        return this;
    }

    /** CCTEMP. */
    public int criticalKelvin() {
        return shortAt(268);
    }

    public IdentifyController criticalKelvin(int value) {
        putShort(268, value);
        return this;
    }

    /** TNVMCAP, its lower half. */
    public long totalCapacityBytes() {
        return longAt(280);
    }

    public IdentifyController totalCapacityBytes(long value) {
        putLong(280, value);
        return this;
    }

    /** UNVMCAP, its lower half. */
    public long unallocatedCapacityBytes() {
        return longAt(296);
    }

    public IdentifyController unallocatedCapacityBytes(long value) {
        putLong(296, value);
        return this;
    }

    /** KAS: granularity of keep-alive in units of 100 milliseconds, 0 for no keep-alive. */
    public int keepAliveUnit() {
        return shortAt(320);
    }

    public IdentifyController keepAliveUnit(int value) {
        putShort(320, value);
        return this;
    }

    /** ANATT. */
    public int anaTransitionSeconds() {
        return byteAt(342);
    }

    public IdentifyController anaTransitionSeconds(int value) {
        putByte(342, value);
        return this;
    }

    /** ANACAP. */
    public int anaCapabilities() {
        return byteAt(343);
    }

    public IdentifyController anaCapabilities(int value) {
        putByte(343, value);
        return this;
    }

    /** ANAGRPMAX. */
    public int anaGroupIdMax() {
        return intAt(344);
    }

    public IdentifyController anaGroupIdMax(int value) {
        putInt(344, value);
        return this;
    }

    /** NANAGRPID. */
    public int anaGroups() {
        return intAt(348);
    }

    public IdentifyController anaGroups(int value) {
        putInt(348, value);
        return this;
    }

    /** SQES: bits 3 to 0 the least, 7 to 4 the most, as powers of two. */
    public int submissionEntryShifts() {
        return byteAt(512);
    }

    public IdentifyController submissionEntryShifts(int value) {
        putByte(512, value);
        return this;
    }

    /** CQES, as above. */
    public int completionEntryShifts() {
        return byteAt(513);
    }

    public IdentifyController completionEntryShifts(int value) {
        putByte(513, value);
        return this;
    }

    /** MAXCMD. */
    public int outstandingCommandsMax() {
        return shortAt(514);
    }

    public IdentifyController outstandingCommandsMax(int value) {
        putShort(514, value);
        return this;
    }

    /** NN: the greatest namespace id. */
    public int namespaces() {
        return intAt(516);
    }

    public IdentifyController namespaces(int value) {
        putInt(516, value);
        return this;
    }

    /** ONCS: {@link #COMPARE_SUPPORTED} and others. */
    public int optionalCommands() {
        return shortAt(520);
    }

    public IdentifyController optionalCommands(int value) {
        putShort(520, value);
        return this;
    }

    /** FUSES: {@link #COMPARE_AND_WRITE_SUPPORTED}. */
    public int fusedOperations() {
        return shortAt(522);
    }

    public IdentifyController fusedOperations(int value) {
        putShort(522, value);
        return this;
    }

    /** FNA. */
    public int formatAttributes() {
        return byteAt(524);
    }

    public IdentifyController formatAttributes(int value) {
        putByte(524, value);
        return this;
    }

    /** VWC: {@link #CACHE_PRESENT}, and how a flush of all namespaces behaves. */
    public int volatileWriteCache() {
        return byteAt(525);
    }

    public IdentifyController volatileWriteCache(int value) {
        putByte(525, value);
        return this;
    }

    /** AWUN, counted from 0. */
    public int atomicWriteBlocks() {
        return shortAt(526);
    }

    public IdentifyController atomicWriteBlocks(int value) {
        putShort(526, value);
        return this;
    }

    /** AWUPF, counted from 0. */
    public int atomicWriteBlocksPowerFail() {
        return shortAt(528);
    }

    public IdentifyController atomicWriteBlocksPowerFail(int value) {
        putShort(528, value);
        return this;
    }

    /** NWPC. */
    public int writeProtection() {
        return byteAt(531);
    }

    public IdentifyController writeProtection(int value) {
        putByte(531, value);
        return this;
    }

    /** ACWU, counted from 0. */
    public int atomicCompareAndWriteBlocks() {
        return shortAt(532);
    }

    public IdentifyController atomicCompareAndWriteBlocks(int value) {
        putShort(532, value);
        return this;
    }

    /**
     * SGLS: bits 1 and 0 not zero when there are SGLs for NVM commands; {@link #SGL_DWORD_ALIGNED}.
     */
    public int sglSupport() {
        return intAt(536);
    }

    public IdentifyController sglSupport(int value) {
        putInt(536, value);
        return this;
    }

    /** MNAN. */
    public int namespacesAllowed() {
        return intAt(540);
    }

    public IdentifyController namespacesAllowed(int value) {
        putInt(540, value);
        return this;
    }

    /** SUBNQN. */
    public String subsystemName() {
        return textAt(768, 256);
    }

    public IdentifyController subsystemName(String text) {
        putText(768, 256, '\0', text);
        return this;
    }

    /** IOCCSZ: bytes of a command capsule by 16. */
    public int ioQueueCapsuleUnits() {
        return intAt(1792);
    }

    public IdentifyController ioQueueCapsuleUnits(int value) {
        putInt(1792, value);
        return this;
    }

    /** IORCSZ: bytes of a response capsule by 16. */
    public int ioQueueResponseUnits() {
        return intAt(1796);
    }

    public IdentifyController ioQueueResponseUnits(int value) {
        putInt(1796, value);
        return this;
    }

    /** ICDOFF: by 16. */
    public int inCapsuleDataOffsetUnits() {
        return shortAt(1800);
    }

    public IdentifyController inCapsuleDataOffsetUnits(int value) {
        putShort(1800, value);
        return this;
    }

    /** FCATT: bit 0 for a dynamic controller model is 0. */
    public int fabricsAttributes() {
        return byteAt(1802);
    }

    public IdentifyController fabricsAttributes(int value) {
        putByte(1802, value);
        return this;
    }

    /** MSDBD: 0 for no limit. */
    public int sglDescriptorsMax() {
        return byteAt(1803);
    }

    public IdentifyController sglDescriptorsMax(int value) {
        putByte(1803, value);
        return this;
    }

    /** OFCS: bit 0 for disconnect. */
    public int optionalFabricsCommands() {
        return shortAt(1804);
    }

    public IdentifyController optionalFabricsCommands(int value) {
        putShort(1804, value);
        return this;
    }

    /** Both sizes of {@link #submissionEntryShifts} or {@link #completionEntryShifts} in one. */
    public static int entryShifts(int least, int most) {
        return most << 4 | least;
    }
}
