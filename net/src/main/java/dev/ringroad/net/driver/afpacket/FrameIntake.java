package dev.ringroad.net.driver.afpacket;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.VnetHeader;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/**
 * Copies a frame out of the ring into a packet, and puts back the VLAN tag that the kernel took out
 * of it.
 *
 * <p>A checksum that the kernel has left undone (frames of this machine need none) becomes the
 * packet's request: whoever takes the packet in can trust it, and a device that it is sent on
 * through completes it.
 */
final class FrameIntake {

    private static final int ADDRESSES_BYTES = EthernetHeader.TYPE;

    private final FrameHeader header;
    private final DropCounters drops;

    FrameIntake(FrameHeader header, DropCounters drops) {
        this.header = header;
        this.drops = drops;
    }

    /**
     * Copies a frame.
     *
     * @param at where its header is
     * @param end where its slot or block ends
     * @return false when it is counted and to be dropped
     */
    boolean take(MemorySegment s, long at, long end, int status, Packet packet) {
        FrameHeader h = header;
        int captured = FrameHeader.u32(s, at + h.captured());
        int mac = FrameHeader.u16(s, at + h.mac());
        long frame = at + mac;
        long vnet = frame - VnetHeader.BYTES;
        if (mac < h.bytes() + VnetHeader.BYTES
                || captured < EthernetHeader.BYTES
                || captured > end - frame
                || !VnetHeader.isKnownKind(s, vnet)) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return false;
        }
        int tagBytes = (status & FrameHeader.TAG_VALID) != 0 ? EthernetHeader.TAG_BYTES : 0;
        if (captured != FrameHeader.u32(s, at + h.length())
                || captured + tagBytes > packet.tailroom()) {
            drops.count(DeviceDrop.RECEIVED_TOO_LONG);
            return false;
        }
        packet.append(captured + tagBytes);
        if (tagBytes == 0) {
            packet.copyIn(0, s, frame, captured);
        } else {
            copyTagged(s, at, frame, captured, status, packet);
        }
        return request(s, vnet, packet, tagBytes);
    }

    private void copyTagged(
            MemorySegment s, long at, long frame, int captured, int status, Packet packet) {
        packet.copyIn(0, s, frame, ADDRESSES_BYTES);
        int type =
                (status & FrameHeader.TAG_TYPE_VALID) != 0
                        ? FrameHeader.u16(s, at + header.tagType())
                        : EthernetHeader.TYPE_VLAN;
        MemorySegment into = packet.segment();
        EthernetHeader.type(into, packet.offset(), type);
        BigEndian.u16(
                into,
                packet.offset() + EthernetHeader.TAG_CONTROL,
                FrameHeader.u16(s, at + header.tag()));
        packet.copyIn(
                ADDRESSES_BYTES + EthernetHeader.TAG_BYTES,
                s,
                frame + ADDRESSES_BYTES,
                captured - ADDRESSES_BYTES);
    }

    private boolean request(MemorySegment s, long vnet, Packet packet, int tagBytes) {
        if (!VnetHeader.request(s, vnet, packet, tagBytes)) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return false;
        }
        if (VnetHeader.isVerified(s, vnet)) {
            packet.setFlags(Packet.CHECKSUM_VERIFIED);
        }
        return true;
    }
}
