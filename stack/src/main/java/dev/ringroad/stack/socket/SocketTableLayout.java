package dev.ringroad.stack.socket;

/**
 * How a socket table lies in its file, in the machine's byte order. One sequence number guards all
 * of it: odd while the owner writes, and different afterwards, so that a reader knows when to look
 * again.
 *
 * <pre>
 *   header, 64 bytes                               row, 128 bytes
 *    0  magic "RRSOCKT1"                            0  id
 *    8  version        12  header bytes             8  protocol   9  state   10  local port   12  remote port
 *   16  row bytes      20  rows there is room for  16  local address, 16 bytes
 *   24  process id                                 32  remote address, 16 bytes
 *   32  sequence number                            48  receive queue, bytes   52  send queue, bytes
 *   40  written at, milliseconds since 1970        56  bytes received
 *   48  rows in use    52  sockets without a row   64  bytes sent
 *   56  in TIME-WAIT   60  unused                  72  retransmitted segments
 *                                                  80  smoothed round-trip time, nanoseconds
 *                                                  88  largest segment    92  congestion window, bytes
 *                                                  96  retransmission time-out, nanoseconds    104  unused
 * </pre>
 */
final class SocketTableLayout {
    static final long MAGIC =
            0x3154_4b43_4f53_5252L; // the letters RRSOCKT1 on a little-endian machine
    static final int VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int ROW_BYTES = 128;
    static final int ROWS_MAX = 1 << 20;

    static final int VERSION_OFFSET = 8;
    static final int HEADER_BYTES_OFFSET = 12;
    static final int ROW_BYTES_OFFSET = 16;
    static final int CAPACITY_OFFSET = 20;
    static final int PID_OFFSET = 24;
    static final int SEQUENCE_OFFSET = 32;
    static final int WRITTEN_OFFSET = 40;
    static final int ROWS_OFFSET = 48;
    static final int MISSING_OFFSET = 52;
    static final int TIME_WAIT_OFFSET = 56;

    static final int ID = 0;
    static final int PROTOCOL = 8;
    static final int STATE = 9;
    static final int LOCAL_PORT = 10;
    static final int REMOTE_PORT = 12;
    static final int LOCAL = 16;
    static final int REMOTE = 32;
    static final int RECEIVE_QUEUE = 48;
    static final int SEND_QUEUE = 52;
    static final int BYTES_RECEIVED = 56;
    static final int BYTES_SENT = 64;
    static final int RETRANSMITS = 72;
    static final int ROUND_TRIP = 80;
    static final int SEGMENT_BYTES = 88;
    static final int CONGESTION_WINDOW = 92;
    static final int TIMEOUT = 96;

    private SocketTableLayout() {}

    static long fileBytes(int rows) {
        return HEADER_BYTES + (long) rows * ROW_BYTES;
    }

    static long rowOffset(int row) {
        return HEADER_BYTES + (long) row * ROW_BYTES;
    }
}
