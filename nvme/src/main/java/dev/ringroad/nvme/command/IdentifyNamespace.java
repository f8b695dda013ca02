package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What a namespace is, 4096 bytes (NVM Command Set Specification 1.0, section 4.1.5.1; until
 * version 1.4 in the base specification); abbreviations are the specification's.
 *
 * <pre>
 *      0    size, capacity and use in blocks, format, protection
 *     64    preferred sizes and alignments
 *    104    its unique names
 *    128    formats of 4 bytes:  0               2       3       4
 *                                | metadata bytes| shift | speed |
 * </pre>
 *
 * Accessors read what is there, whoever wrote it; who believes it is to check it before.
 */
public final class IdentifyNamespace extends Structure {
    public static final int BYTES = 4096;

    public static final int FORMATS_MAX = 64;

    /** Bits of {@link #features}. */
    public static final int THIN = 1;

    public static final int PREFERENCES = 1 << 4;

    /** A bit of {@link #format}. */
    public static final int METADATA_EXTENDS = 1 << 4;

    private static final long FORMATS_AT = 128;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public IdentifyNamespace(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** NSZE, unsigned: 0 for a namespace that is not active. */
    public long blocks() {
        return longAt(0);
    }

    public IdentifyNamespace blocks(long value) {
        putLong(0, value);
        return this;
    }

    /** NCAP. */
    public long capacityBlocks() {
        return longAt(8);
    }

    public IdentifyNamespace capacityBlocks(long value) {
        putLong(8, value);
        return this;
    }

    /** NUSE. */
    public long usedBlocks() {
        return longAt(16);
    }

    public IdentifyNamespace usedBlocks(long value) {
        putLong(16, value);
        return this;
    }

    /** NSFEAT: {@link #THIN} and others. */
    public int features() {
        return byteAt(24);
    }

    public IdentifyNamespace features(int value) {
        putByte(24, value);
        return this;
    }

    /** NLBAF, counted from 0. */
    public int formats() {
        return byteAt(25);
    }

    public IdentifyNamespace formats(int value) {
        putByte(25, value);
        return this;
    }

    /** FLBAS: see {@link #formatIndex} and {@link #metadataExtendsBlocks}. */
    public int format() {
        return byteAt(26);
    }

    public IdentifyNamespace format(int value) {
        putByte(26, value);
        return this;
    }

    /** MC: bit 0 for extended blocks, bit 1 for a buffer of its own. */
    public int metadataCapabilities() {
        return byteAt(27);
    }

    public IdentifyNamespace metadataCapabilities(int value) {
        putByte(27, value);
        return this;
    }

    /** DPC. */
    public int protectionCapabilities() {
        return byteAt(28);
    }

    public IdentifyNamespace protectionCapabilities(int value) {
        putByte(28, value);
        return this;
    }

    /** DPS: bits 2 to 0 the type, 0 for none; bit 3 for the first bytes of the metadata. */
    public int protection() {
        return byteAt(29);
    }

    public IdentifyNamespace protection(int value) {
        putByte(29, value);
        return this;
    }

    /** NMIC: bit 0 when other controllers may have it too. */
    public int sharing() {
        return byteAt(30);
    }

    public IdentifyNamespace sharing(int value) {
        putByte(30, value);
        return this;
    }

    /**
     * DLFEAT: bits 2 to 0 what deallocated blocks read as, 1 for zeroes; bit 3 for write zeroes
     * that deallocates.
     */
    public int deallocation() {
        return byteAt(33);
    }

    public IdentifyNamespace deallocation(int value) {
        putByte(33, value);
        return this;
    }

    /** NAWUN, counted from 0. */
    public int atomicWriteBlocks() {
        return shortAt(34);
    }

    public IdentifyNamespace atomicWriteBlocks(int value) {
        putShort(34, value);
        return this;
    }

    /** NAWUPF, counted from 0. */
    public int atomicWriteBlocksPowerFail() {
        return shortAt(36);
    }

    public IdentifyNamespace atomicWriteBlocksPowerFail(int value) {
        putShort(36, value);
        return this;
    }

    /** NACWU, counted from 0. */
    public int atomicCompareAndWriteBlocks() {
        return shortAt(38);
    }

    public IdentifyNamespace atomicCompareAndWriteBlocks(int value) {
        putShort(38, value);
        return this;
    }

    /** NOIOB: 0 for none. */
    public int optimalBoundaryBlocks() {
        return shortAt(46);
    }

    public IdentifyNamespace optimalBoundaryBlocks(int value) {
        putShort(46, value);
        return this;
    }

    /** NPWG, counted from 0, with {@link #PREFERENCES}. */
    public int preferredWriteGranularityBlocks() {
        return shortAt(64);
    }

    public IdentifyNamespace preferredWriteGranularityBlocks(int value) {
        putShort(64, value);
        return this;
    }

    /** NPWA, as above. */
    public int preferredWriteAlignmentBlocks() {
        return shortAt(66);
    }

    public IdentifyNamespace preferredWriteAlignmentBlocks(int value) {
        putShort(66, value);
        return this;
    }

    /** NPDG, as above. */
    public int preferredDeallocateGranularityBlocks() {
        return shortAt(68);
    }

    public IdentifyNamespace preferredDeallocateGranularityBlocks(int value) {
        putShort(68, value);
        return this;
    }

    /** NPDA, as above. */
    public int preferredDeallocateAlignmentBlocks() {
        return shortAt(70);
    }

    public IdentifyNamespace preferredDeallocateAlignmentBlocks(int value) {
        putShort(70, value);
        return this;
    }

    /** NOWS, as above. */
    public int optimalWriteBlocks() {
        return shortAt(72);
    }

    public IdentifyNamespace optimalWriteBlocks(int value) {
        putShort(72, value);
        return this;
    }

    /** ANAGRPID. */
    public int anaGroupId() {
        return intAt(92);
    }

    public IdentifyNamespace anaGroupId(int value) {
        putInt(92, value);
        return this;
    }

    /** NSATTR: bit 0 for write protected. */
    public int attributes() {
        return byteAt(99);
    }

    public IdentifyNamespace attributes(int value) {
        putByte(99, value);
        return this;
    }

    /** Which of the formats it has. */
    public int formatIndex() {
        int format = format();
        return (format & 0xf) | (format & 0x60) >>> 1;
    }

    /** Whether metadata follow each block in the data, rather than having a buffer of their own. */
    public boolean metadataExtendsBlocks() {
        return (format() & METADATA_EXTENDS) != 0;
    }

    /**
     * LBADS: bytes of a block, as a power of two; 0 for a format that is not there.
     *
     * @param index 0 to 63
     */
    public int blockShift(int index) {
        return byteAt(formatAt(index) + 2);
    }

    /** MS: bytes of metadata of each block. */
    public int metadataBytes(int index) {
        return shortAt(formatAt(index));
    }

    /** RP: 0 best to 3. */
    public int relativePerformance(int index) {
        return byteAt(formatAt(index) + 3) & 3;
    }

    public IdentifyNamespace format(int index, int blockShift, int metadataBytes) {
        putInt(formatAt(index), blockShift << 16 | (metadataBytes & 0xffff));
        return this;
    }

    private static long formatAt(int index) {
        return FORMATS_AT + (long) Objects.checkIndex(index, FORMATS_MAX) * Integer.BYTES;
    }

    /** NGUID, 16 bytes, most significant first; all zero when there is none. */
    public MemorySegment globalId() {
        return bytes().asSlice(104, 16);
    }

    /** EUI64, 8 bytes, most significant first; all zero when there is none. */
    public MemorySegment extendedId() {
        return bytes().asSlice(120, 8);
    }
}
