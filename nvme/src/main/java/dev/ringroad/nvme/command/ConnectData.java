package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * The data of a Connect command, 1024 bytes (NVM Express Base Specification 2.0, section 6.3).
 *
 * <pre>
 *      0    host identifier, 16 bytes
 *     16    controller id, all ones for any that is free
 *    256    name of the subsystem
 *    512    name of the host
 *    768    reserved
 * </pre>
 */
public final class ConnectData extends Structure {
    public static final int BYTES = 1024;

    /** As a controller id: the controller chooses. */
    public static final int ANY_CONTROLLER = 0xffff;

    /** Bytes of a host identifier. */
    public static final int HOST_ID_BYTES = 16;

    /** Where the fields are, as a controller tells of one that is wrong. */
    public static final int HOST_ID_AT = 0;

    public static final int CONTROLLER_ID_AT = 16;
    public static final int SUBSYSTEM_NAME_AT = 256;
    public static final int HOST_NAME_AT = 512;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public ConnectData(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** The bytes of the host identifier, to be read or written. */
    public MemorySegment hostId() {
        return bytes().asSlice(HOST_ID_AT, HOST_ID_BYTES);
    }

    public int controllerId() {
        return shortAt(CONTROLLER_ID_AT);
    }

    public ConnectData controllerId(int value) {
        putShort(CONTROLLER_ID_AT, value);
        return this;
    }

    public String subsystemName() {
        return textAt(SUBSYSTEM_NAME_AT, QualifiedName.FIELD_BYTES);
    }

    public ConnectData subsystemName(String name) {
        putText(SUBSYSTEM_NAME_AT, QualifiedName.FIELD_BYTES, '\0', name);
        return this;
    }

    public String hostName() {
        return textAt(HOST_NAME_AT, QualifiedName.FIELD_BYTES);
    }

    public ConnectData hostName(String name) {
        putText(HOST_NAME_AT, QualifiedName.FIELD_BYTES, '\0', name);
        return this;
    }
}
