package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.PollSet;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * A connection of java.nio. Channels take buffers only, and a buffer over a segment is an object:
 * so one is kept for the segment that was read into last, and one for the last that was written
 * from, which are always the same as the owner has one of each.
 */
final class ChannelStream implements ByteStream {
    private final SocketChannel channel;
    private final ChannelSleep sleep;
    private boolean connected;
    private String trouble = "";
    private MemorySegment readInto = MemorySegment.NULL;
    private ByteBuffer readBuffer = ByteBuffer.allocate(0);
    private MemorySegment writtenFrom = MemorySegment.NULL;
    private ByteBuffer writeBuffer = ByteBuffer.allocate(0);

    ChannelStream(SocketChannel channel, boolean connected) {
        this.channel = channel;
        this.connected = connected;
        sleep = new ChannelSleep(channel);
    }

    @Override
    public int connect() {
        if (connected) {
            return 1;
        }
        if (!trouble.isEmpty()) {
            return FAILED;
        }
        try {
            connected = channel.finishConnect();
            return connected ? 1 : 0;
        } catch (IOException e) {
            return failed(e);
        }
    }

    @Override
    public int read(MemorySegment into, long offset, int bytes) {
        if (!into.equals(readInto)) {
            readBuffer = into.asByteBuffer();
            readInto = into;
        }
        readBuffer.limit((int) offset + bytes).position((int) offset);
        try {
            int read = channel.read(readBuffer);
            if (read < 0) {
                trouble = "the peer has closed the connection";
                return ENDED;
            }
            return read;
        } catch (IOException e) {
            return failed(e);
        }
    }

    @Override
    public int write(MemorySegment from, long offset, int bytes) {
        if (!from.equals(writtenFrom)) {
            writeBuffer = from.asByteBuffer();
            writtenFrom = from;
        }
        writeBuffer.limit((int) offset + bytes).position((int) offset);
        try {
            return channel.write(writeBuffer);
        } catch (IOException e) {
            return failed(e);
        }
    }

    private int failed(IOException e) {
        String message = e.getMessage();
        trouble = message == null ? e.getClass().getSimpleName() : message;
        return FAILED;
    }

    @Override
    public boolean readsStraight() {
        return false;
    }

    @Override
    public boolean prepareSleep(PollSet wake, boolean forRoom) {
        if (!connected) {
            return sleep.prepare(wake, SelectionKey.OP_CONNECT);
        }
        int room = forRoom ? SelectionKey.OP_WRITE : 0;
        return sleep.prepare(wake, SelectionKey.OP_READ | room);
    }

    @Override
    public void wakeUp() {
        sleep.over();
    }

    @Override
    public String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        sleep.close();
    }
}
