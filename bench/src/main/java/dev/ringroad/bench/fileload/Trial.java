package dev.ringroad.bench.fileload;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.BufferTable;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.SetupFlag;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.Uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds out, by reading one block of each file, which of what was asked for this machine and these
 * files have. What they do not have is left out, with a sentence.
 */
final class Trial {
    private static final long PAGE_BYTES = 4096;

    private final List<TestFile> files;
    private final int blockBytes;
    private final List<String> notes = new ArrayList<>();
    private RingUse use;
    private Set<SetupFlag> flags = Set.of();

    private Trial(List<TestFile> files, int blockBytes, RingUse use) {
        this.files = files;
        this.blockBytes = blockBytes;
        this.use = use;
    }

    /** Tries what is asked for, and less and less until it works. */
    static Trial of(RingUse asked, List<TestFile> files, int blockBytes) throws IOException {
        Trial trial = new Trial(files, blockBytes, asked);
        trial.lookAtFiles();
        while (!trial.works()) {
            // Something was left out: once more.
        }
        return trial;
    }

    /** What works. */
    RingUse use() {
        return use;
    }

    /** The flags that the ring was made with. */
    Set<SetupFlag> flags() {
        return flags;
    }

    /** What was left out and why, a sentence each, without full stops. */
    List<String> notes() {
        return notes;
    }

    private void lookAtFiles() {
        if (!use.direct()) {
            return;
        }
        for (TestFile file : files) {
            if (!file.direct()) {
                notes.add(
                        "%s is used through the page cache: its file system, %s, has no direct access"
                                .formatted(file.path(), file.fileSystem()));
                use = use.withDirect(false);
            } else if (file.isInMemory()) {
                notes.add(
                        "%s lies in tmpfs, which is nothing but memory: --direct makes no difference"
                                .formatted(file.path()));
            }
        }
    }

    /** False when something was left out, to be tried again. */
    private boolean works() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(use.config())) {
            flags = ring.flags();
            MemorySegment block = arena.allocate(blockBytes, PAGE_BYTES);
            if (use.fixed() && !registers(ring, block)) {
                return false;
            }
            for (int i = 0; i < files.size(); i++) {
                int result = read(ring, i, block);
                if (result != blockBytes) {
                    leaveOut(files.get(i), result);
                    return false;
                }
            }
            return true;
        }
    }

    private boolean registers(Uring ring, MemorySegment block) {
        try {
            LoadThread.registerFiles(ring, files);
            registerBuffers(ring.registerBuffers(use.depth()), block);
            return true;
        } catch (SystemCallException e) {
            notes.add("Files and buffers are not registered: " + FileTrouble.words(e));
            use = use.withFixed(false);
            return false;
        }
    }

    /**
     * The same block in each place, where it counts each time, so that a limit of locked memory is
     * met here. All but the first are given back at once: what a closed ring has locked is locked
     * for a while longer, and the next ring would be refused.
     */
    private void registerBuffers(BufferTable buffers, MemorySegment block)
            throws SystemCallException {
        int registered = 0;
        try {
            while (registered < use.depth()) {
                buffers.set(registered, block);
                registered++;
            }
        } finally {
            for (int i = 1; i < registered; i++) {
                buffers.clear(i);
            }
        }
    }

    private int read(Uring ring, int index, MemorySegment block) throws IOException {
        FileOperations operations = ring.files();
        int number = files.get(index).descriptor().number();
        Submission entry =
                use.fixed()
                        ? operations.prepareReadFixed(index, block, 0, blockBytes, 0, 0).fixedFile()
                        : operations.prepareRead(number, block, 0, blockBytes, 0);
        entry.token(0);
        int[] result = new int[1];
        CompletionHandler handler = (_, answer, _) -> result[0] = answer;
        int taken = ring.submit();
        while (taken >= 0 && ring.poll(handler, 1) == 0) {
            taken = ring.submitAndWait(1);
        }
        if (taken < 0) {
            throw new SystemCallException("io_uring_enter()", -taken, "");
        }
        return result[0];
    }

    /** Leaves out what may have been refused, or throws when that was nothing of it. */
    private void leaveOut(TestFile file, int result) throws IOException {
        if (use.devicesPolled() && (result == -Errno.EOPNOTSUPP || result == -Errno.EINVAL)) {
            notes.add(
                    ("Devices interrupt and are not polled: that of %s has no queues for polling;"
                                    + " NVMe has them with the kernel parameter nvme.poll_queues=1")
                            .formatted(file.path()));
            use = use.withDevicesPolled(false);
            return;
        }
        if (use.direct() && result == -Errno.EINVAL) {
            throw new PlanRefused(
                    ("%s takes no blocks of %d bytes directly; choose a multiple of its device's"
                                    + " sectors, such as --bs 4k, or leave out --direct")
                            .formatted(file.path(), blockBytes));
        }
        throw new IOException(IoTrouble.words(false, file.path(), 0, blockBytes, result));
    }
}
