package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.nvme.command.DiscoveryLogPage;
import dev.ringroad.nvme.command.LogPageId;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.QualifiedName;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Asks a discovery controller which subsystems there are, and how to reach them. */
public final class Discovery {
    /** A log of more entries than this is not believed. */
    private static final int ENTRIES_MAX = 4096;

    /** Read in pieces of so many bytes. */
    private static final int PIECE_BYTES = 4096;

    private static final int ATTEMPTS = 5;

    private Discovery() {}

    /**
     * A way to a subsystem.
     *
     * @param subsystem its NVMe qualified name
     * @param discovery whether it is a discovery controller too
     * @param transport as the specification calls it: {@code tcp}, or a number
     * @param address of the transport, in digits
     * @param service the port's number
     * @param port the subsystem's own number for the way
     */
    public record Entry(
            String subsystem,
            boolean discovery,
            String transport,
            String address,
            String service,
            int port) {}

    /**
     * Connects, reads the log and leaves.
     *
     * @throws IOException when that failed; the message says where and why
     */
    public static List<Entry> discover(InetSocketAddress address, HostConfig config)
            throws IOException {
        try (EventFd wake = EventFd.create();
                AdminSession session =
                        AdminSession.open(
                                address, QualifiedName.DISCOVERY, config, wake, () -> false)) {
            List<Entry> entries = readAll(session, address);
            boolean ignored = session.shutDown();
            return entries;
        }
    }

    private static List<Entry> readAll(AdminSession session, InetSocketAddress address)
            throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long before = header(session).generation();
            List<Entry> entries = entries(session);
            if (header(session).generation() == before) {
                return entries;
            }
        }
        throw new IOException("The log of " + address + " changed each time it was read.");
    }

    private static DiscoveryLogPage header(AdminSession session) throws IOException {
        return new DiscoveryLogPage(read(session, 0, DiscoveryLogPage.HEADER_BYTES));
    }

    private static List<Entry> entries(AdminSession session) throws IOException {
        long count = header(session).entries();
        if (count < 0 || count > ENTRIES_MAX) {
            throw new IOException(
                    "The discovery log claims "
                            + Long.toUnsignedString(count)
                            + " entries, which is not believed.");
        }
        List<Entry> found = new ArrayList<>();
        long at = DiscoveryLogPage.HEADER_BYTES;
        while (found.size() < count) {
            long left = (count - found.size()) * DiscoveryLogPage.Entry.BYTES;
            MemorySegment piece = read(session, at, (int) Math.min(PIECE_BYTES, left));
            for (long in = 0; in < piece.byteSize(); in += DiscoveryLogPage.Entry.BYTES) {
                found.add(entry(piece.asSlice(in, DiscoveryLogPage.Entry.BYTES)));
            }
            at += piece.byteSize();
        }
        return found;
    }

    private static Entry entry(MemorySegment memory) {
        DiscoveryLogPage.Entry told = new DiscoveryLogPage.Entry(memory);
        int transport = told.transport();
        return new Entry(
                told.subsystemName(),
                told.kind() != DiscoveryLogPage.Entry.NVM,
                transport == DiscoveryLogPage.Entry.TRANSPORT_TCP ? "tcp" : "type " + transport,
                told.address(),
                told.service(),
                told.portId());
    }

    private static MemorySegment read(AdminSession session, long at, int bytes) throws IOException {
        MemorySegment into = Arena.ofAuto().allocate(bytes, Long.BYTES);
        int status = session.queue().logPage(LogPageId.DISCOVERY, at, into);
        if (status != NvmeStatus.SUCCESS) {
            throw new IOException(
                    "The controller would not tell its discovery log: "
                            + NvmeStatus.sentence(status)
                            + ".");
        }
        return into;
    }
}
