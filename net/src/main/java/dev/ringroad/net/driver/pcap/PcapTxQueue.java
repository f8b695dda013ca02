package dev.ringroad.net.driver.pcap;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.device.capture.Direction;
import dev.ringroad.net.device.capture.PcapngWriter;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/** Writes what is sent into a file, or forgets it when there is none. */
final class PcapTxQueue implements TxQueue {

    private final @Nullable PcapngWriter writer;
    private final int interfaceNumber;
    private final DropCounters drops;
    private final long epochOffsetNanos;
    private final int frameBytesMax;
    private final Counter notWritten;
    private long lostFrames;
    private long lostBytes;
    private boolean closed;

    /**
     * @param epochOffsetNanos from the scale of {@link System#nanoTime} to 1970
     * @param frameBytesMax longer ones could not be read again
     */
    PcapTxQueue(
            @Nullable PcapngWriter writer,
            DropCounters drops,
            long epochOffsetNanos,
            int frameBytesMax) {
        this.writer = writer;
        this.interfaceNumber = writer == null ? 0 : writer.addInterface("sent");
        this.drops = drops;
        notWritten = drops.named("not-written", "frames to transmit that the file had no room for");
        this.epochOffsetNanos = epochOffsetNanos;
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public int transmit(Burst from) {
        if (closed) {
            return drops.refuseAll(DeviceDrop.LINK_DOWN, from);
        }
        int count = from.size();
        if (count == 0) {
            return 0;
        }
        write(from);
        countLost();
        from.releaseAll();
        return count;
    }

    /** Frames that did not get into the file, now or when the buffer was written. */
    void countLost() {
        PcapngWriter to = writer;
        if (to != null && to.lostFrames() != lostFrames) {
            int frames = (int) (to.lostFrames() - lostFrames);
            drops.unsent(notWritten, frames, to.lostBytes() - lostBytes);
            lostFrames += frames;
            lostBytes = to.lostBytes();
        }
    }

    private void write(Burst from) {
        long now = System.nanoTime() + epochOffsetNanos;
        for (int i = 0; i < from.size(); i++) {
            Packet packet = from.get(i);
            int bytes = packet.totalLength();
            if (bytes < EthernetHeader.BYTES) {
                drops.unsent(DeviceDrop.RUNT, bytes);
            } else if (bytes > frameBytesMax) {
                drops.unsent(DeviceDrop.OVERSIZE, bytes);
            } else if (writer != null) {
                writer.write(interfaceNumber, packet, now, Direction.OUTBOUND);
            }
        }
    }

    void close() {
        closed = true;
    }
}
