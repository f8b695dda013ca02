package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * Sends pieces over loopback, some without copy, from one descriptor to another of the same loop,
 * and compares each byte with its place in the stream.
 */
final class SocketLoad extends SoakLoad {
    private static final int BUFFERS = 8;
    private static final int BUFFER_BYTES = 4096;

    private final UringBuffers pool;
    private final BufferGroup group;
    private final SplittableRandom random;
    private final int from;
    private final int to;
    private long sent;
    private long received;
    private int outstanding;
    private boolean receiving;

    SocketLoad(UringLoop loop, UringBuffers pool, int number) throws IOException {
        super(loop);
        this.pool = pool;
        random = new SplittableRandom(number);
        try (Uring opener = Uring.open(UringConfig.of(4))) {
            int[] ends = Loopback.connect(opener);
            from = ends[0];
            to = ends[1];
        }
        group = loop.ring().registerBufferGroup(number, BUFFERS, BUFFER_BYTES, false);
    }

    private static byte at(long place) {
        return (byte) (place * 31 + (place >>> 8));
    }

    @Override
    void begin() {
        if (!receiving) {
            receive();
        }
        UringBuffer buffer = pool.acquire();
        if (buffer == null) {
            fail("no buffer");
            return;
        }
        int bytes = 1 + random.nextInt(pool.bufferBytes());
        MemorySegment data = buffer.segment();
        for (int i = 0; i < bytes; i++) {
            data.set(JAVA_BYTE, i, at(sent + i));
        }
        outstanding = 2; // all is sent and the buffer back; all has come
        sent += bytes;
        room(1);
        long request =
                loop.begin((token, result, flags) -> sent(buffer, bytes, result, flags), 0, buffer);
        SocketOperations sockets = loop.ring().sockets();
        int waitAll = 0x100;
        if (random.nextBoolean()) {
            sockets.prepareSendZeroCopy(from, data, 0, bytes, waitAll).token(request);
        } else {
            sockets.prepareSend(from, data, 0, bytes, waitAll).token(request);
        }
    }

    private void sent(UringBuffer buffer, int bytes, int result, int flags) {
        boolean notification = (flags & Completion.NOTIFICATION) != 0;
        if (!notification && result != bytes) {
            fail("send of " + bytes + " answers " + result);
        }
        if (!Completion.isLast(flags)) {
            if (!buffer.isLent()) {
                fail("the buffer is back before its notification");
            }
            return;
        }
        buffer.release();
        partDone();
    }

    private void receive() {
        receiving = true;
        room(1);
        long request = loop.begin((token, result, flags) -> received(result, flags), 0, null);
        loop.ring().sockets().prepareReceiveMultishot(to, group.group(), 0).token(request);
    }

    private void received(int result, int flags) {
        if ((flags & Completion.BUFFER) != 0) {
            int id = Completion.bufferId(flags);
            long offset = group.offset(id);
            for (int i = 0; i < result; i++) {
                if (group.memory().get(JAVA_BYTE, offset + i) != at(received + i)) {
                    fail("wrong byte at " + (received + i));
                    return;
                }
            }
            received += result;
            group.giveBack(id);
            group.publish();
            if (received == sent && outstanding > 0) {
                partDone();
            }
        }
        if (Completion.isLast(flags)) {
            receiving = false;
            if (result == 0) { // the end of the stream
                closeReceiver();
            } else { // no buffers for a moment, or the queue was full
                receive();
            }
        }
    }

    private void partDone() {
        if (--outstanding == 0) {
            done();
        }
    }

    @Override
    void close() {
        room(1);
        long request = loop.begin((token, result, flags) -> {}, 0, null);
        loop.ring().files().prepareClose(from).token(request);
    }

    private void closeReceiver() {
        room(1);
        long request = loop.begin((token, result, flags) -> group.close(), 0, null);
        loop.ring().files().prepareClose(to).token(request);
    }
}
