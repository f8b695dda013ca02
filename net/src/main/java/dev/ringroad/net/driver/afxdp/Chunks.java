package dev.ringroad.net.driver.afxdp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.jspecify.annotations.Nullable;

/**
 * Which buffers of the pool the kernel has for one queue: how often each to send, and whether to
 * fill. What the kernel gives back is believed only if it had it.
 */
final class Chunks {

    /** Of each buffer; with 2 KiB a frame of 1500 bytes fits behind what the kernel keeps free. */
    static final int BYTES = 2048;

    private final PacketPool pool;
    private final int[] sending;
    private final boolean[] filling;

    Chunks(PacketPool pool) {
        this.pool = pool;
        this.sending = new int[pool.packets()];
        this.filling = new boolean[pool.packets()];
    }

    private static long index(long address) {
        return Math.floorDiv(address, (long) BYTES);
    }

    /** Notes that a packet goes to the kernel to be filled; the buffer's address. */
    long fill(Packet packet) {
        int index = packet.bufferIndex();
        filling[index] = true;
        return (long) index * BYTES;
    }

    /**
     * Takes back what was filled.
     *
     * @return the packet, or null when the kernel did not have that buffer or lies about the frame
     */
    @Nullable Packet filled(long address, int bytes) {
        long index = index(address);
        if (index < 0 || index >= filling.length || !filling[(int) index]) {
            return null;
        }
        filling[(int) index] = false;
        Packet packet = pool.at((int) index);
        long room = (index + 1) * BYTES - address;
        if (bytes < 0 || bytes > room) {
            packet.release();
            return null;
        }
        packet.window(address, bytes);
        return packet;
    }

    /** Notes that a packet goes to the kernel to be sent. */
    void send(Packet packet) {
        sending[packet.bufferIndex()]++;
    }

    /**
     * Takes back what was sent.
     *
     * @return the packet, whose reference is the caller's now, or null when the kernel did not have
     *     it
     */
    @Nullable Packet sent(long address) {
        long index = index(address);
        if (index < 0 || index >= sending.length || sending[(int) index] == 0) {
            return null;
        }
        sending[(int) index]--;
        return pool.at((int) index);
    }

    /** Takes everything back; the socket must be closed. */
    void takeAll() {
        for (int i = 0; i < sending.length; i++) {
            if (filling[i]) {
                filling[i] = false;
                pool.at(i).release();
            }
            while (sending[i] > 0) {
                sending[i]--;
                pool.at(i).release();
            }
        }
    }
}
