package dev.ringroad.stack.tcp;

/**
 * Where things are in a TCP header for the paths that read and write whole words instead of the
 * fields of {@link dev.ringroad.net.wire.TcpHeader}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |          source port          |        destination port       |  PORTS
 * | offset| rsrvd |     flags     |            window             |  CONTROL
 * |  NOP = 1      |  NOP = 1      |  kind = 8     |  length = 10  |  TIMESTAMP (canonical form, RFC 7323 appendix A)
 * |                        timestamp value                        |  TIMESTAMP_VALUE
 * |                     timestamp echo reply                      |  TIMESTAMP_ECHO
 * </pre>
 */
final class Header {
    static final int PORTS = 0;
    static final int CONTROL = 12;
    static final int TIMESTAMP = 20;
    static final int TIMESTAMP_VALUE = 24;
    static final int TIMESTAMP_ECHO = 28;

    /** The timestamps option with the two bytes that align it. */
    static final int TIMESTAMP_BYTES = 12;

    /** The first word of the timestamps option in its canonical form. */
    static final int TIMESTAMP_WORD = 0x0101_080a;

    /** PSH where it lies in the CONTROL word. */
    static final int CONTROL_PSH = 0x08 << 16;

    private Header() {}
}
