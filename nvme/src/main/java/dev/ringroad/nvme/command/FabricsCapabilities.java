package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * What a controller that is reached over Fabrics says of its capsules: bytes 1792 to 2047 of {@link
 * IdentifyController} (NVM Express Base Specification 2.0, section 5.17.2.1); abbreviations are the
 * specification's.
 */
public final class FabricsCapabilities extends Structure {
    FabricsCapabilities(MemorySegment page) {
        super(page, IdentifyController.BYTES);
    }

    /** IOCCSZ: bytes of a command capsule by 16. */
    public int ioQueueCapsuleUnits() {
        return intAt(1792);
    }

    public FabricsCapabilities ioQueueCapsuleUnits(int value) {
        putInt(1792, value);
        return this;
    }

    /** IORCSZ: bytes of a response capsule by 16. */
    public int ioQueueResponseUnits() {
        return intAt(1796);
    }

    public FabricsCapabilities ioQueueResponseUnits(int value) {
        putInt(1796, value);
        return this;
    }

    /** ICDOFF: by 16. */
    public int inCapsuleDataOffsetUnits() {
        return shortAt(1800);
    }

    /** FCATT: bit 0 for a dynamic controller model is 0. */
    public int fabricsAttributes() {
        return byteAt(1802);
    }

    /** MSDBD: 0 for no limit. */
    public int sglDescriptorsMax() {
        return byteAt(1803);
    }

    public FabricsCapabilities sglDescriptorsMax(int value) {
        putByte(1803, value);
        return this;
    }

    /** OFCS: bit 0 for disconnect. */
    public int optionalFabricsCommands() {
        return shortAt(1804);
    }
}
