package dev.ringroad.cli.inspect;

import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.socket.SocketTableReader.Row;
import dev.ringroad.stack.socket.SocketTableReader.Snapshot;
import dev.ringroad.stack.tcp.TcpState;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sockets in the columns of ss(8): Netid, State, Recv-Q, Send-Q, local and peer address. */
final class SocketsTable {
    private static final List<String> HEADING =
            List.of(
                    "Netid",
                    "State",
                    "Recv-Q",
                    "Send-Q",
                    "Local Address:Port",
                    "Peer Address:Port");
    private static final int FIRST_NUMBER = 2;
    private static final int LAST_NUMBER = 3;
    private static final double NANOS_PER_MILLI = 1e6;

    private SocketsTable() {}

    /** The table, with a second line for each connection when {@code info} is asked for. */
    static String of(Snapshot snapshot, boolean info) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADING);
        snapshot.rows().forEach(row -> lines.add(cells(row)));
        int[] widths = new int[HEADING.size()];
        for (List<String> cells : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(aligned(lines.get(i), widths));
            if (info && i > 0) {
                text.append(information(snapshot.rows().get(i - 1)));
            }
        }
        if (snapshot.timeWait() > 0) {
            text.append(snapshot.timeWait()).append(" connections in TIME-WAIT are not listed.\n");
        }
        if (snapshot.missing() > 0) {
            text.append(snapshot.missing()).append(" more sockets had no room in the table.\n");
        }
        return text.toString();
    }

    private static List<String> cells(Row row) {
        return List.of(
                row.protocol(),
                state(row),
                Integer.toString(row.receiveQueue()),
                Integer.toString(row.sendQueue()),
                address(row.local(), row.localPort()),
                address(row.remote(), row.remotePort()));
    }

    /** The words of ss. */
    private static String state(Row row) {
        if (row.protocol().equals("udp")) {
            return row.state() == TcpState.CLOSED ? "UNCONN" : "ESTAB";
        }
        return switch (row.state()) {
            case ESTABLISHED -> "ESTAB";
            case SYN_RECEIVED -> "SYN-RECV";
            default -> row.state().name().replace('_', '-');
        };
    }

    private static String address(IpAddress address, int port) {
        String host = address.isAny() ? "*" : address.toString();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + (port == 0 ? "*" : port);
    }

    private static String aligned(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String pad = " ".repeat(widths[i] - cells.get(i).length());
            boolean right = i >= FIRST_NUMBER && i <= LAST_NUMBER;
            line.append(i == 0 ? "" : "  ").append(right ? pad + cells.get(i) : cells.get(i) + pad);
        }
        return line.toString().stripTrailing() + "\n";
    }

    private static String information(Row row) {
        StringBuilder text = new StringBuilder("       ");
        text.append(" bytes_received:").append(row.bytesReceived());
        text.append(" bytes_sent:").append(row.bytesSent());
        if (row.protocol().equals("tcp") && row.state() != TcpState.LISTEN) {
            text.append(" retrans:").append(row.retransmits());
            text.append(" rtt:").append(millis(row.roundTripNanos()));
            text.append(" rto:").append(millis(row.timeoutNanos()));
            text.append(" mss:").append(row.segmentBytes());
            text.append(" cwnd_bytes:").append(row.congestionWindowBytes());
        }
        return text.append('\n').toString();
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3fms", nanos / NANOS_PER_MILLI);
    }
}
