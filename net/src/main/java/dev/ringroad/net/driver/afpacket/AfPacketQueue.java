package dev.ringroad.net.driver.afpacket;

import dev.ringroad.core.linux.PacketSocket;
import dev.ringroad.core.memory.KernelMapping;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** A socket of its own with both rings, mapped. */
final class AfPacketQueue implements AutoCloseable {

    private final PacketSocket socket;
    private final KernelMapping mapping;
    private final RingGeometry geometry;

    private AfPacketQueue(PacketSocket socket, KernelMapping mapping, RingGeometry geometry) {
        this.socket = socket;
        this.mapping = mapping;
        this.geometry = geometry;
    }

    /** Opens a queue, which receives from this moment on. */
    static AfPacketQueue open(int interfaceIndex, RingGeometry geometry, boolean promiscuous)
            throws IOException {
        PacketSocket socket = PacketSocket.open();
        try {
            geometry.make(socket);
            socket.ignoreOutgoing();
            if (promiscuous) {
                socket.promiscuous(interfaceIndex);
            }
            long bytes = geometry.receiveBytes() + geometry.transmitBytes();
            KernelMapping mapping = KernelMapping.map(socket.descriptor(), 0, bytes);
            try {
                socket.bind(interfaceIndex);
                return new AfPacketQueue(socket, mapping, geometry);
            } catch (Throwable t) {
                mapping.close();
                throw t;
            }
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    PacketSocket socket() {
        return socket;
    }

    MemorySegment receiveRing() {
        return mapping.segment().asSlice(0, geometry.receiveBytes());
    }

    MemorySegment transmitRing() {
        return mapping.segment().asSlice(geometry.receiveBytes(), geometry.transmitBytes());
    }

    @Override
    public void close() {
        mapping.close();
        socket.close();
    }
}
