package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CommandEffects;
import dev.ringroad.nvme.command.CommandSet;
import dev.ringroad.nvme.command.ErrorLogEntry;
import dev.ringroad.nvme.command.FirmwareSlots;
import dev.ringroad.nvme.command.LogPageId;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.SmartLog;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a controller writes down of itself (NVM Express Base Specification 2.0, section 5.16). Any
 * thread may use it.
 */
public final class LogPages {
    /** All namespaces, or the controller itself. */
    public static final int CONTROLLER = -1;

    private static final int ERRORS_MAX = 256;
    private static final int SUPPORTED_BYTES = 1024;
    private static final int RETAIN_EVENT = 1 << 15;
    private static final int SET_SHIFT = 24;
    private static final int CHANGED_OVERFLOW = -1;

    private final NvmeController controller;

    public LogPages(NvmeController controller) {
        this.controller = controller;
    }

    /** The health of the whole controller. Reading it lets further health events come. */
    public SmartLog smart() throws IOException {
        return new SmartLog(read(LogPageId.SMART, CONTROLLER, SmartLog.BYTES));
    }

    /** The errors that the controller remembers, the latest first. */
    public List<ErrorLogEntry> errors() throws IOException {
        // Counted from 0.
        int most = Math.min(controller.identity().admin().errorLogEntries() + 1, ERRORS_MAX);
        MemorySegment log = read(LogPageId.ERRORS, CONTROLLER, most * ErrorLogEntry.BYTES);
        List<ErrorLogEntry> errors = new ArrayList<>();
        for (int index = 0; index < most; index++) {
            long at = (long) index * ErrorLogEntry.BYTES;
            ErrorLogEntry entry = new ErrorLogEntry(log.asSlice(at, ErrorLogEntry.BYTES));
            if (entry.count() != 0) {
                errors.add(entry);
            }
        }
        return errors;
    }

    public FirmwareSlots firmwareSlots() throws IOException {
        return new FirmwareSlots(read(LogPageId.FIRMWARE_SLOTS, CONTROLLER, FirmwareSlots.BYTES));
    }

    /**
     * The namespaces that have changed, come or gone since this was read last.
     *
     * @return their ids; those of all active namespaces when they are too many to be listed
     */
    public int[] changedNamespaces() throws IOException {
        NamespaceList list =
                new NamespaceList(
                        read(LogPageId.CHANGED_NAMESPACES, CONTROLLER, NamespaceList.BYTES));
        int[] ids = new int[list.count()];
        for (int index = 0; index < ids.length; index++) {
            ids[index] = list.id(index);
        }
        return ids.length > 0 && ids[0] == CHANGED_OVERFLOW ? controller.namespaceIds() : ids;
    }

    /**
     * Which commands it knows.
     *
     * @param commandSet of {@link CommandSet}, whose I/O commands are told
     */
    public CommandEffects commandEffects(int commandSet) throws IOException {
        MemorySegment log = room(CommandEffects.BYTES);
        read(LogPageId.COMMAND_EFFECTS, CONTROLLER, commandSet, false, log);
        return new CommandEffects(log);
    }

    /** The log pages that it has, as numbers; controllers before 2.0 cannot tell. */
    public List<Integer> supported() throws IOException {
        MemorySegment log = read(LogPageId.SUPPORTED_LOG_PAGES, CONTROLLER, SUPPORTED_BYTES);
        List<Integer> pages = new ArrayList<>();
        for (int page = 0; page < SUPPORTED_BYTES / Integer.BYTES; page++) {
            // The lowest byte comes first, and its lowest bit is what counts.
            if ((log.get(JAVA_BYTE, page * 4L) & 1) != 0) {
                pages.add(page);
            }
        }
        return pages;
    }

    /**
     * Reads a log page from its beginning.
     *
     * @param id of {@link LogPageId}
     * @param namespaceId or {@link #CONTROLLER}
     * @param bytes a multiple of 4
     */
    public MemorySegment read(int id, int namespaceId, int bytes) throws IOException {
        MemorySegment log = room(bytes);
        read(id, namespaceId, CommandSet.NVM, false, log);
        return log;
    }

    /**
     * Reads a log page from its beginning, in as many commands as that takes.
     *
     * @param retainEvent keeps an event that this page belongs to from being reported again
     * @param log as many bytes as there is room for, a multiple of 4
     */
    public void read(
            int id, int namespaceId, int commandSet, boolean retainEvent, MemorySegment log)
            throws IOException {
        if (log.byteSize() == 0 || log.byteSize() % Integer.BYTES != 0) {
            throw new IllegalArgumentException(
                    "A log page is read in double words, not " + log.byteSize() + " bytes");
        }
        int pieceMax = controller.adminDataBytesMax();
        for (long at = 0; at < log.byteSize(); at += pieceMax) {
            MemorySegment piece = log.asSlice(at, Math.min(pieceMax, log.byteSize() - at));
            boolean last = at + piece.byteSize() == log.byteSize();
            int words = (int) (piece.byteSize() / Integer.BYTES) - 1;
            // An event is let go with the last piece only, so that the pieces belong together.
            int retain = retainEvent || !last ? RETAIN_EVENT : 0;
            long ignored =
                    controller.execute(
                            new AdminCommand(AdminOpcode.GET_LOG_PAGE)
                                    .namespaceId(namespaceId)
                                    .doubleWord(10, words << 16 | retain | id)
                                    .doubleWord(11, words >>> 16)
                                    .doubleWord(12, (int) at)
                                    .doubleWord(13, (int) (at >>> 32))
                                    .doubleWord(14, commandSet << SET_SHIFT)
                                    .dataIn(piece));
        }
    }

    private static MemorySegment room(int bytes) {
        // As longs, so that accesses of any width are aligned.
        int longs = (bytes + Long.BYTES - 1) / Long.BYTES;
        return MemorySegment.ofArray(new long[longs]).asSlice(0, bytes);
    }
}
