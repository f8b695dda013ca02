package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * What a controller is, 4096 bytes (NVM Express Base Specification 2.0, section 5.17.2.1, figure
 * "Identify Controller Data Structure"); abbreviations are the specification's.
 *
 * <pre>
 *      0    maker, serial number, model, firmware, MDTS, controller id, version
 *    256    {@link #admin}: optional admin commands, their limits, firmware, ANA
 *    512    {@link #io}: queue entry sizes, namespaces, optional NVM commands, SGLs
 *    768    name of the NVM subsystem
 *   1792    {@link #fabrics}: capsules
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

    private final AdminCapabilities admin;
    private final IoCapabilities io;
    private final FabricsCapabilities fabrics;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public IdentifyController(MemorySegment memory) {
        super(memory, BYTES);
        admin = new AdminCapabilities(memory);
        io = new IoCapabilities(memory);
        fabrics = new FabricsCapabilities(memory);
    }

    /** What it says of its admin commands; the same memory. */
    public AdminCapabilities admin() {
        return admin;
    }

    /** What it says of its I/O queues and commands; the same memory. */
    public IoCapabilities io() {
        return io;
    }

    /** What it says of its capsules; the same memory. */
    public FabricsCapabilities fabrics() {
        return fabrics;
    }

    /** VID. */
    public int pciVendorId() {
        return shortAt(0);
    }

    /** SSVID. */
    public int pciSubsystemVendorId() {
        return shortAt(2);
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

    /** CRDT2, as above. */
    public int retryDelay2() {
        return shortAt(130);
    }

    /** CRDT3, as above. */
    public int retryDelay3() {
        return shortAt(132);
    }

    /** SUBNQN. */
    public String subsystemName() {
        return textAt(768, 256);
    }

    public IdentifyController subsystemName(String text) {
        putText(768, 256, '\0', text);
        return this;
    }
}
