package dev.ringroad.bench.fileload;

import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.Processes;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether files that are to be laid out have room in their file systems. */
final class FreeSpace {
    private FreeSpace() {}

    /**
     * Refuses files that have none.
     *
     * @param bytesThere of each file, 0 when it is to be laid out
     */
    static void require(Workload workload, List<Long> bytesThere) throws PlanRefused {
        Map<FileStore, Long> wanted = new HashMap<>();
        for (int i = 0; i < bytesThere.size(); i++) {
            if (bytesThere.get(i) == 0) {
                require(workload.files().get(i), workload.fileBytes(), wanted);
            }
        }
    }

    private static void require(Path file, long bytes, Map<FileStore, Long> wanted)
            throws PlanRefused {
        try {
            FileStore store = Files.getFileStore(file.toAbsolutePath().getParent());
            long before = wanted.getOrDefault(store, 0L);
            long free = free(store) - before;
            if (store.getTotalSpace() > 0 && bytes > free) { // some tell nothing, and have room
                throw new PlanRefused(
                        ("%s is to have %d bytes, and its file system has %d free%s; choose a"
                                        + " smaller --size, or another file system")
                                .formatted(
                                        file,
                                        bytes,
                                        Math.max(0, free),
                                        before > 0 ? " beside the files before it" : ""));
            }
            wanted.put(store, before + bytes);
        } catch (PlanRefused e) {
            throw e;
        } catch (IOException e) {
            throw new PlanRefused(
                    "The file system of " + file + " cannot be asked: " + FileTrouble.words(e));
        }
    }

    /** What is kept for root is root's. */
    private static long free(FileStore store) throws IOException {
        return Processes.userId() == 0 ? store.getUnallocatedSpace() : store.getUsableSpace();
    }
}
