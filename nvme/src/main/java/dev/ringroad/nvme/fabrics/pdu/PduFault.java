package dev.ringroad.nvme.fabrics.pdu;

/**
 * What can be wrong with a PDU so that its connection ends.
 *
 * <p>The checks return a {@code long}, because a hostile PDU must not cost an exception: 0 when
 * nothing is wrong, else what {@link #at} makes.
 */
public enum PduFault {
    TYPE_UNKNOWN(Fatal.INVALID_HEADER, "a PDU is of a type that this side does not receive"),
    FLAGS_WRONG(Fatal.INVALID_HEADER, "a PDU's flags contradict the digests agreed to or its type"),
    HEADER_LENGTH_WRONG(Fatal.INVALID_HEADER, "a header's length is not that of its type"),
    DATA_OFFSET_WRONG(
            Fatal.INVALID_HEADER, "data begin within the header, behind the PDU or misaligned"),
    LENGTH_WRONG(Fatal.INVALID_HEADER, "a PDU's length contradicts what is in it"),
    ALIGNMENT_WRONG(Fatal.INVALID_HEADER, "data are to be aligned to more than 128 bytes"),
    FIELD_WRONG(Fatal.INVALID_HEADER, "a field holds a value that it cannot have"),
    COMMAND_UNKNOWN(Fatal.INVALID_HEADER, "data are of a command that is not under way"),
    TAG_UNKNOWN(Fatal.INVALID_HEADER, "data have a tag that no R2T of their command has"),
    SEQUENCE(Fatal.SEQUENCE, "a PDU came when it could not"),
    COMMANDS_TOO_MANY(Fatal.SEQUENCE, "more commands came than the queue has entries"),
    HEADER_DIGEST(Fatal.HEADER_DIGEST, "a header's digest is wrong"),
    DATA_OUT_OF_RANGE(Fatal.OUT_OF_RANGE, "data lie outside of what was asked for or out of order"),
    READY_TOO_MANY(Fatal.LIMIT_EXCEEDED, "more R2T of a command came than were agreed to"),
    DATA_TOO_LONG(Fatal.LIMIT_EXCEEDED, "a PDU has more data than was agreed to"),
    VERSION_UNKNOWN(Fatal.UNSUPPORTED, "a PDU format other than version 1.0 is asked for");

    /**
     * Fatal error status (FES), sections 3.6.2.4 and 3.6.2.5: what the specification calls them.
     */
    public static final class Fatal {
        /** A field of a header is wrong; FEI is its offset in bytes. */
        public static final int INVALID_HEADER = 1;

        /** A PDU that was not expected. */
        public static final int SEQUENCE = 2;

        /** FEI is the digest that was received. */
        public static final int HEADER_DIGEST = 3;

        /** Data transfer out of range. */
        public static final int OUT_OF_RANGE = 4;

        /** In H2CTermReq the limit of R2Ts, in C2HTermReq that of data. */
        public static final int LIMIT_EXCEEDED = 5;

        /** A parameter that is not supported; FEI is its offset in bytes. */
        public static final int UNSUPPORTED = 6;

        private Fatal() {}

        /** In words, for what a peer sends. */
        public static String words(int status) {
            return switch (status) {
                case INVALID_HEADER -> "invalid PDU header field";
                case SEQUENCE -> "PDU sequence error";
                case HEADER_DIGEST -> "header digest error";
                case OUT_OF_RANGE -> "data transfer out of range";
                case LIMIT_EXCEEDED -> "limit of R2Ts or data exceeded";
                case UNSUPPORTED -> "unsupported parameter";
                default -> "unknown fatal error " + status;
            };
        }
    }

    private static final PduFault[] ALL = values();

    private final int status;
    private final String sentence;

    PduFault(int status, String sentence) {
        this.status = status;
        this.sentence = sentence;
    }

    /**
     * The fault as the checks return it, never 0.
     *
     * @param information FEI
     */
    public long at(int information) {
        return 1L + ordinal() | (long) information << 32;
    }

    /** The fault that a check returned; it must not be 0. */
    public static PduFault of(long fault) {
        return ALL[(int) fault - 1];
    }

    /** FES of what a check returned. */
    public static int status(long fault) {
        return of(fault).status;
    }

    /** FEI of what a check returned. */
    public static int information(long fault) {
        return (int) (fault >>> 32);
    }

    /** What is wrong, in words. */
    public String sentence() {
        return sentence;
    }
}
