package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.SHORT;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * What a Connect command has in its entry (NVM Express Base Specification 2.0, section 6.3); its
 * data are {@link ConnectData}.
 *
 * <pre>
 *   40      42      44      46  47  48              52
 *    |format |queue  |entries|att|   |  keep-alive   |
 *    |       |  id   |less 1 |   |   | milliseconds  |
 *
 *   att:  1 0  priority      2  no flow control of the submission queue      3  deletion of queues
 * </pre>
 */
public final class ConnectEntry {
    /** Where the fields are, as a controller tells of one that is wrong. */
    public static final int FORMAT_AT = 40;

    public static final int QUEUE_ID_AT = 42;
    public static final int ENTRIES_AT = 44;
    public static final int ATTRIBUTES_AT = 46;
    public static final int KEEP_ALIVE_AT = 48;

    /** The only format. */
    public static final int FORMAT = 0;

    /** A bit of the attributes: completions need not tell where the submission queue's head is. */
    public static final int NO_FLOW_CONTROL = 1 << 2;

    /** A bit of the result of a refusal: the wrong field is in the data, not in the entry. */
    public static final int WRONG_IN_DATA = 1 << 16;

    private ConnectEntry() {}

    /**
     * Writes a whole entry but the data pointer.
     *
     * @param queueEntries 2 to 65536
     * @param keepAliveMillis 0 for none; of the admin queue only
     */
    public static void encode(
            MemorySegment entries,
            long at,
            int commandId,
            int queueId,
            int queueEntries,
            int attributes,
            int keepAliveMillis) {
        SubmissionEntry.begin(entries, at, AdminOpcode.FABRICS, commandId, 0);
        SubmissionEntry.flags(entries, at, SubmissionEntry.SGL);
        SubmissionEntry.fabricsType(entries, at, FabricsCommand.CONNECT);
        entries.set(SHORT, at + QUEUE_ID_AT, (short) queueId);
        entries.set(SHORT, at + ENTRIES_AT, (short) (queueEntries - 1));
        entries.set(JAVA_BYTE, at + ATTRIBUTES_AT, (byte) attributes);
        entries.set(INT, at + KEEP_ALIVE_AT, keepAliveMillis);
    }

    public static int format(MemorySegment entries, long at) {
        return entries.get(SHORT, at + FORMAT_AT) & 0xffff;
    }

    /** 0 for the admin queue. */
    public static int queueId(MemorySegment entries, long at) {
        return entries.get(SHORT, at + QUEUE_ID_AT) & 0xffff;
    }

    /** 1 to 65536; one is no queue. */
    public static int queueEntries(MemorySegment entries, long at) {
        return (entries.get(SHORT, at + ENTRIES_AT) & 0xffff) + 1;
    }

    public static int attributes(MemorySegment entries, long at) {
        return entries.get(JAVA_BYTE, at + ATTRIBUTES_AT) & 0xff;
    }

    /** KATO, unsigned. */
    public static long keepAliveMillis(MemorySegment entries, long at) {
        return entries.get(INT, at + KEEP_ALIVE_AT) & 0xffff_ffffL;
    }
}
