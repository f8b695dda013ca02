package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * What a discovery controller tells of (NVM Express Base Specification 2.0, section 5.16.1.23).
 *
 * <pre>
 *      0    generation: changes when the page does
 *      8    how many entries there are
 *     16    format: 0
 *   1024    the entries, {@link Entry#BYTES} each
 * </pre>
 */
public final class DiscoveryLogPage extends Structure {
    /** Bytes before the entries. */
    public static final int HEADER_BYTES = 1024;

    /**
     * Looks at the page's beginning; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #HEADER_BYTES}
     */
    public DiscoveryLogPage(MemorySegment memory) {
        super(memory, HEADER_BYTES);
    }

    /** Bytes of a page. */
    public static long byteSize(int entries) {
        return HEADER_BYTES + (long) entries * Entry.BYTES;
    }

    /** GENCTR. */
    public long generation() {
        return longAt(0);
    }

    public DiscoveryLogPage generation(long value) {
        putLong(0, value);
        return this;
    }

    /** NUMREC, unsigned; whoever reads it bounds it. */
    public long entries() {
        return longAt(8);
    }

    public DiscoveryLogPage entries(long value) {
        putLong(8, value);
        return this;
    }

    /** RECFMT. */
    public int format() {
        return shortAt(16);
    }

    /**
     * A way to a subsystem, 1024 bytes.
     *
     * <pre>
     *      0    transport, address family, kind of subsystem, requirements
     *      4    port id, controller id, entries of the admin queue
     *     32    transport service: the port's number in digits
     *    256    name of the subsystem
     *    512    transport address, in digits
     *    768    what the transport adds; TCP: byte 0 the security, 0 for none
     * </pre>
     */
    public static final class Entry extends Structure {
        public static final int BYTES = 1024;

        /** TRTYPE. */
        public static final int TRANSPORT_TCP = 3;

        /** ADRFAM. */
        public static final int FAMILY_IPV4 = 1;

        public static final int FAMILY_IPV6 = 2;

        /** SUBTYPE. */
        public static final int OTHER_DISCOVERY = 1;

        public static final int NVM = 2;
        public static final int THIS_DISCOVERY = 3;

        /** A bit of the requirements: the host may do without submission queue flow control. */
        public static final int NO_FLOW_CONTROL = 1 << 2;

        private static final int SERVICE_AT = 32;
        private static final int SERVICE_BYTES = 32;
        private static final int NAME_AT = 256;
        private static final int ADDRESS_AT = 512;

        /**
         * Looks at an entry; it stays whose it is.
         *
         * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
         */
        public Entry(MemorySegment memory) {
            super(memory, BYTES);
        }

        /** TRTYPE. */
        public int transport() {
            return byteAt(0);
        }

        public Entry transport(int value) {
            putByte(0, value);
            return this;
        }

        /** ADRFAM. */
        public int family() {
            return byteAt(1);
        }

        public Entry family(int value) {
            putByte(1, value);
            return this;
        }

        /** SUBTYPE. */
        public int kind() {
            return byteAt(2);
        }

        public Entry kind(int value) {
            putByte(2, value);
            return this;
        }

        /** TREQ. */
        public int requirements() {
            return byteAt(3);
        }

        public Entry requirements(int value) {
            putByte(3, value);
            return this;
        }

        /** PORTID. */
        public int portId() {
            return shortAt(4);
        }

        public Entry portId(int value) {
            putShort(4, value);
            return this;
        }

        /** CNTLID, all ones when controllers are made as hosts connect. */
        public int controllerId() {
            return shortAt(6);
        }

        public Entry controllerId(int value) {
            putShort(6, value);
            return this;
        }

        /** ASQSZ. */
        public int adminQueueEntries() {
            return shortAt(8);
        }

        public Entry adminQueueEntries(int value) {
            putShort(8, value);
            return this;
        }

        /** TRSVCID. */
        public String service() {
            return textAt(SERVICE_AT, SERVICE_BYTES);
        }

        public Entry service(String text) {
            putText(SERVICE_AT, SERVICE_BYTES, ' ', text);
            return this;
        }

        /** SUBNQN. */
        public String subsystemName() {
            return textAt(NAME_AT, QualifiedName.FIELD_BYTES);
        }

        public Entry subsystemName(String name) {
            putText(NAME_AT, QualifiedName.FIELD_BYTES, '\0', name);
            return this;
        }

        /** TRADDR. */
        public String address() {
            return textAt(ADDRESS_AT, QualifiedName.FIELD_BYTES);
        }

        public Entry address(String text) {
            putText(ADDRESS_AT, QualifiedName.FIELD_BYTES, ' ', text);
            return this;
        }
    }
}
