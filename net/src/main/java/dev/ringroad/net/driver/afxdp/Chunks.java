package dev.ringroad.net.driver.afxdp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.jspecify.annotations.Nullable;

/**
 * Whose each buffer of the pool is: how often the kernel has it to send, and whether it has it to
 * fill. What the kernel gives back is believed only if it had it.
 */
final class Chunks {

    /** Of each buffer; with 2 KiB a frame of 1500 bytes fits behind what the kernel keeps free. */
    static final int BYTES = 2048;

    private final PacketPool pool;
    private final int[] sending;
    private final int[] filling;

    Chunks(PacketPool pool) {
        this.pool = pool;
        this.sending = new int[pool.packets()];
        this.filling = new int[pool.packets()];
    }

    private static long index(long address) {
        return Math.floorDiv(address, (long) BYTES);
    }

    /** Notes that a packet goes to the kernel to be filled by a queue; the buffer's address. */
    long fill(Packet packet, int queue) {
        int index = packet.bufferIndex();
        filling[index] = queue + 1;
        return (long) index * BYTES;
    }

    /**
     * Takes back what a queue has filled.
     *
     * @return the packet, or null when the kernel did not have that buffer or lies about the frame
     */
    @Nullable Packet filled(long address, int bytes, int queue) {
        long index = index(address);
        if (index < 0 || index >= filling.length || filling[(int) index] != queue + 1) {
            return null;
        }
        filling[(int) index] = 0;
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

    /** Takes back what was sent; false when the kernel did not have it. */
    boolean sent(long address) {
        long index = index(address);
        if (index < 0 || index >= sending.length || sending[(int) index] == 0) {
            return false;
        }
        sending[(int) index]--;
        pool.at((int) index).release();
        return true;
    }

    /** Takes everything back; the sockets must be closed. */
    void takeAll() {
        for (int i = 0; i < sending.length; i++) {
            if (filling[i] != 0) {
                filling[i] = 0;
                pool.at(i).release();
            }
            while (sending[i] > 0) {
                sending[i]--;
                pool.at(i).release();
            }
        }
    }
}
