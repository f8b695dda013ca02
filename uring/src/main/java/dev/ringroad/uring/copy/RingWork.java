package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.uring.FileTable;
import dev.ringroad.uring.UringBuffers;
import dev.ringroad.uring.UringLoop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What is under way on the ring, and what waits for its turn. Both are bounded by the gate that
 * jobs come through. Belongs to the ring's thread.
 */
final class RingWork {
    /** Of a buffer: a small file fits in, a large one is cut in such pieces. */
    static final int PIECE_BYTES = 128 * 1024;

    private static final int STREAMS_MAX = 4;
    private static final int FILES_EACH = 2;

    private final UringLoop loop;
    private final CopyWork work;
    private final UringBuffers buffers;
    private final PlainFiles plain;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment zeroes = arena.allocate(PIECE_BYTES, 4096);
    private final Deque<SmallFile> idle = new ArrayDeque<>();
    private final Deque<FileJob> small = new ArrayDeque<>();
    private final Deque<FileJob> large = new ArrayDeque<>();
    private final Deque<Integer> freeStreamFiles = new ArrayDeque<>();
    private final List<LargeFile> streams = new ArrayList<>();
    private final int piecesMax;
    private boolean pumping;
    private boolean again;

    private RingWork(UringLoop loop, CopyWork work, UringBuffers buffers) {
        this.loop = loop;
        this.work = work;
        this.buffers = buffers;
        plain = new PlainFiles(work);
        int depth = work.options.depth();
        int streamsMax = Math.min(STREAMS_MAX, depth);
        piecesMax = Math.max(1, depth / streamsMax / 2);
        for (int i = 0; i < depth; i++) {
            idle.add(new SmallFile(this, i * FILES_EACH, arena));
        }
        for (int i = 0; i < streamsMax; i++) {
            freeStreamFiles.add((depth + i) * FILES_EACH);
        }
    }

    static RingWork open(UringLoop loop, CopyWork work) throws SystemCallException {
        int depth = work.options.depth();
        FileTable ignored =
                loop.ring().registerFiles((depth + Math.min(STREAMS_MAX, depth)) * FILES_EACH);
        return new RingWork(
                loop, work, loop.allocateBuffers(depth, PIECE_BYTES, Placement.ordinary()));
    }

    UringLoop loop() {
        return loop;
    }

    CopyWork work() {
        return work;
    }

    UringBuffers buffers() {
        return buffers;
    }

    MemorySegment zeroes() {
        return zeroes;
    }

    /** The other way, for what the ring has not managed. */
    PlainFiles plain() {
        return plain;
    }

    void accept(FileJob job) {
        boolean isSmall = job.bytes <= (work.options.verify() ? 0 : PIECE_BYTES);
        (isSmall ? small : large).add(job);
        pump();
    }

    /** Begins what can be begun. What is begun may end at once, and call this again. */
    void pump() {
        again = true;
        if (pumping) {
            return;
        }
        pumping = true;
        while (again) {
            again = false;
            beginAll();
        }
        pumping = false;
    }

    private void beginAll() {
        for (int i = 0; i < streams.size(); i++) {
            streams.get(i).advance();
        }
        while (!large.isEmpty() && !freeStreamFiles.isEmpty()) {
            LargeFile stream =
                    new LargeFile(this, large.remove(), freeStreamFiles.remove(), piecesMax);
            streams.add(stream);
            stream.open();
        }
        while (!small.isEmpty() && !idle.isEmpty() && buffers.available() > 0) {
            idle.remove().begin(small.remove());
        }
    }

    void ended(SmallFile slot) {
        idle.addFirst(slot); // whose memory the processor still knows
        pump();
    }

    void ended(LargeFile stream, int files) {
        boolean ignored = streams.remove(stream);
        freeStreamFiles.add(files);
        pump();
    }

    void close() {
        plain.close();
        arena.close();
    }
}
