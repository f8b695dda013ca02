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
    /** Of a buffer that a small file fits in. */
    static final int SMALL_BYTES = 64 * 1024;

    /**
     * Of a piece of a large file. Each piece costs two hand-overs between us and the kernel's
     * workers; at an eighth of this they take as long as the copying.
     */
    static final int PIECE_BYTES = 1 << 20;

    private static final int STREAMS_MAX = 2; // more take the processors' caches from each other
    private static final int FILES_A_PIECE = 16;
    private static final int PIECES_MAX = 16;
    private static final int FILES_EACH = 2;

    private final UringLoop loop;
    private final CopyWork work;
    private final UringBuffers buffers;
    private final UringBuffers pieceBuffers;
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

    private RingWork(
            UringLoop loop, CopyWork work, UringBuffers buffers, UringBuffers pieceBuffers) {
        this.loop = loop;
        this.work = work;
        this.buffers = buffers;
        this.pieceBuffers = pieceBuffers;
        plain = new PlainFiles(work);
        int depth = work.options.depth();
        int streamsMax = Math.min(STREAMS_MAX, depth);
        piecesMax = piecesMax(depth);
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
        UringBuffers small = loop.allocateBuffers(depth, SMALL_BYTES, Placement.ordinary());
        int pieces = Math.min(STREAMS_MAX, depth) * piecesMax(depth);
        return new RingWork(
                loop, work, small, loop.allocateBuffers(pieces, PIECE_BYTES, Placement.ordinary()));
    }

    private static int piecesMax(int depth) {
        return Math.clamp(depth / FILES_A_PIECE, 1, PIECES_MAX);
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

    UringBuffers pieceBuffers() {
        return pieceBuffers;
    }

    MemorySegment zeroes() {
        return zeroes;
    }

    /** The other way, for what the ring has not managed. */
    PlainFiles plain() {
        return plain;
    }

    void accept(FileJob job) {
        boolean isSmall = job.bytes <= (work.options.verify() ? 0 : SMALL_BYTES);
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
