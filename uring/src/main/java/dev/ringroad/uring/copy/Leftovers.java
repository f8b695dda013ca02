package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.DirectoryEntries;
import dev.ringroad.core.linux.FilesAt;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** What a copy that was killed has left in a directory. */
final class Leftovers {
    private static final byte[] DOT = {'.'};

    private Leftovers() {}

    /** Removes what is surely nobody's, and names the rest. */
    static void clean(int directory, String where, CopyWork work) {
        for (byte[] name : list(directory)) {
            String text = NativeName.shown(name);
            switch (TemporaryNames.owner(name)) {
                case ALIVE -> {}
                case UNKNOWN ->
                        work.note(
                                text
                                        + " in "
                                        + where
                                        + " is unfinished and stays, since it is of another machine or an"
                                        + " earlier boot. Remove it if no copy is at it any more.");
                case DEAD -> {
                    int removed = Removal.remove(directory, name);
                    work.note(
                            removed < 0
                                    ? text
                                            + ", left by a copy that was killed, cannot be removed: "
                                            + CopyWork.reason(removed)
                                            + "."
                                    : "Removed " + text + ", left by a copy that was killed.");
                }
            }
        }
    }

    // Through a descriptor of its own: the position of a listing belongs to the open file.
    private static List<byte[]> list(int directory) {
        List<byte[]> names = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            int own =
                    FilesAt.open(
                            directory, NativeName.path(arena, DOT), FilesAt.directoryFlag(), 0);
            if (own < 0) {
                return names; // a directory that may be written and not read
            }
            DirectoryEntries entries = new DirectoryEntries(arena);
            entries.list(own);
            while (entries.next()) {
                if (entries.nameBeginsWith(TemporaryNames.PREFIX_BYTES)
                        && TemporaryNames.isTemporary(entries.name())) {
                    names.add(entries.name());
                }
            }
            FilesAt.close(own);
        }
        return names;
    }
}
