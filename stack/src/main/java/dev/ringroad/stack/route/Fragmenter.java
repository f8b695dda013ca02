package dev.ringroad.stack.route;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Divides a datagram that is too long for a link (RFC 791 section 3.2, RFC 1812 section 5.2.6),
 * which may be a fragment itself. Made once; {@link #begin} takes up the next datagram.
 */
final class Fragmenter {

    /** Fragments lie at multiples of so many bytes. */
    private static final int UNIT_BYTES = 8;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOTHING = 1;

    /** In an option's kind: it goes into every fragment. */
    private static final int OPTION_COPIED = 0x80;

    private @Nullable Packet whole;
    private int headersBytes;
    private int payloadBytes;
    private int pieceBytes;
    private int fragment;
    private int at;

    /**
     * Takes up a complete frame, which stays the caller's.
     *
     * @param mtu in bytes
     * @param frameBytesMax what a packet for a piece has room for
     * @return false when not even one unit would fit behind the headers
     */
    boolean begin(Packet frame, int mtu, int frameBytesMax) {
        MemorySegment s = frame.segment();
        long ip = frame.offset() + EthernetHeader.BYTES;
        whole = frame;
        headersBytes = EthernetHeader.BYTES + Ipv4Header.headerBytes(s, ip);
        payloadBytes = frame.length() - headersBytes;
        int room = Math.min(mtu + EthernetHeader.BYTES, frameBytesMax) - headersBytes;
        pieceBytes = room & -UNIT_BYTES;
        fragment = Ipv4Header.fragment(s, ip);
        at = 0;
        return pieceBytes >= UNIT_BYTES;
    }

    /** Whether there is more of the datagram. */
    boolean hasNext() {
        return at < payloadBytes;
    }

    /** The next fragment in a packet of the port's; null when it has none. */
    @Nullable Packet next(RouterPort out) {
        Packet piece = out.acquire();
        if (piece == null) {
            return null;
        }
        Packet from = Objects.requireNonNull(whole);
        int bytes = Math.min(pieceBytes, payloadBytes - at);
        boolean last = at + bytes == payloadBytes;
        piece.append(headersBytes + bytes);
        piece.copyIn(0, from.segment(), from.offset(), headersBytes);
        piece.copyIn(headersBytes, from.segment(), from.offset() + headersBytes + at, bytes);
        MemorySegment s = piece.segment();
        long ip = piece.offset() + EthernetHeader.BYTES;
        int headerBytes = headersBytes - EthernetHeader.BYTES;
        if (at > 0) {
            dropOptions(s, ip, headerBytes);
        }
        int more = last ? fragment & Ipv4Header.MORE_FRAGMENTS : Ipv4Header.MORE_FRAGMENTS;
        int place = (fragment & ~Ipv4Header.MORE_FRAGMENTS) + at / UNIT_BYTES;
        BigEndian.u16(s, ip + Ipv4Header.TOTAL_LENGTH, headerBytes + bytes);
        BigEndian.u16(s, ip + Ipv4Header.FRAGMENT, place | more);
        Ipv4Header.checksum(s, ip, 0);
        Ipv4Header.checksum(s, ip, Checksum.of(s, ip, headerBytes));
        at += bytes;
        return piece;
    }

    /** Options that only the first fragment has make room for ones that say nothing. */
    private static void dropOptions(MemorySegment s, long ip, int headerBytes) {
        int i = Ipv4Header.OPTIONS;
        while (i < headerBytes) {
            int kind = BigEndian.u8(s, ip + i);
            if (kind == OPTION_END) {
                return;
            }
            int bytes = kind == OPTION_NOTHING ? 1 : BigEndian.u8(s, ip + i + 1);
            int end = Math.min(headerBytes, i + Math.max(1, bytes));
            boolean copied = (kind & OPTION_COPIED) != 0;
            while (i < end) {
                if (!copied) {
                    BigEndian.u8(s, ip + i, OPTION_NOTHING);
                }
                i++;
            }
        }
    }
}
