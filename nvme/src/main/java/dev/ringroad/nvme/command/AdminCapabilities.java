package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * What a controller says of its admin commands: bytes 256 to 511 of {@link IdentifyController} (NVM
 * Express Base Specification 2.0, section 5.17.2.1); abbreviations are the specification's.
 *
 * <pre>
 *    256      optional admin commands, limits of aborts and events
 *    260      firmware slots, log pages, power states
 *    266      temperatures, capacity
 *    320      keep-alive
 *    342      asymmetric namespace access
 * </pre>
 */
public final class AdminCapabilities extends Structure {
    /** Bits of {@link #optionalCommands}. */
    public static final int FORMAT_SUPPORTED = 1 << 1;

    public static final int FIRMWARE_SUPPORTED = 1 << 2;
    public static final int NAMESPACE_MANAGEMENT_SUPPORTED = 1 << 3;
    public static final int DOORBELL_BUFFER_SUPPORTED = 1 << 8;

    AdminCapabilities(MemorySegment page) {
        super(page, IdentifyController.BYTES);
    }

    /** OACS: {@link #FORMAT_SUPPORTED} and others. */
    public int optionalCommands() {
        return shortAt(256);
    }

    public AdminCapabilities optionalCommands(int value) {
        putShort(256, value);
        return this;
    }

    /** ACL, counted from 0. */
    public int abortLimit() {
        return byteAt(258);
    }

    public AdminCapabilities abortLimit(int value) {
        putByte(258, value);
        return this;
    }

    /** AERL, counted from 0. */
    public int asynchronousEventLimit() {
        return byteAt(259);
    }

    public AdminCapabilities asynchronousEventLimit(int value) {
        putByte(259, value);
        return this;
    }

    /** FRMW: bits 3 to 1 the slots, bit 0 the first is read-only, bit 4 without a reset. */
    public int firmwareUpdates() {
        return byteAt(260);
    }

    /** LPA. */
    public int logPageAttributes() {
        return byteAt(261);
    }

    public AdminCapabilities logPageAttributes(int value) {
        putByte(261, value);
        return this;
    }

    /** ELPE, counted from 0. */
    public int errorLogEntries() {
        return byteAt(262);
    }

    public AdminCapabilities errorLogEntries(int value) {
        putByte(262, value);
        return this;
    }

    /** NPSS, counted from 0. */
    public int powerStates() {
        return byteAt(263);
    }

    /** WCTEMP. */
    public int warningKelvin() {
        return shortAt(266);
    }

    /** CCTEMP. */
    public int criticalKelvin() {
        return shortAt(268);
    }

    /** TNVMCAP, its lower half. */
    public long totalCapacityBytes() {
        return longAt(280);
    }

    /** UNVMCAP, its lower half. */
    public long unallocatedCapacityBytes() {
        return longAt(296);
    }

    /** KAS: granularity of keep-alive in units of 100 milliseconds, 0 for no keep-alive. */
    public int keepAliveUnit() {
        return shortAt(320);
    }

    public AdminCapabilities keepAliveUnit(int value) {
        putShort(320, value);
        return this;
    }

    /** ANATT. */
    public int anaTransitionSeconds() {
        return byteAt(342);
    }

    public AdminCapabilities anaTransitionSeconds(int value) {
        putByte(342, value);
        return this;
    }

    /** ANACAP. */
    public int anaCapabilities() {
        return byteAt(343);
    }

    public AdminCapabilities anaCapabilities(int value) {
        putByte(343, value);
        return this;
    }

    /** ANAGRPMAX. */
    public int anaGroupIdMax() {
        return intAt(344);
    }

    public AdminCapabilities anaGroupIdMax(int value) {
        putInt(344, value);
        return this;
    }

    /** NANAGRPID. */
    public int anaGroups() {
        return intAt(348);
    }

    public AdminCapabilities anaGroups(int value) {
        putInt(348, value);
        return this;
    }
}
