package dev.ringroad.nvme.fabrics.initiator;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.ringroad.nvme.command.ConnectData;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;

/** Says who this host is and what it wants to be joined to. */
final class Joining {
    private static final ValueLayout.OfLong BIG = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    private Joining() {}

    /** Writes the data of a Connect. */
    static void writeData(
            MemorySegment memory, HostConfig config, int controllerId, String subsystem) {
        memory.fill((byte) 0);
        ConnectData data = new ConnectData(memory);
        UUID id = config.hostId();
        // A UUID's bytes travel in the order in which it is written down.
        data.hostId().set(BIG, 0, id.getMostSignificantBits());
        data.hostId().set(BIG, Long.BYTES, id.getLeastSignificantBits());
        data.controllerId(controllerId).subsystemName(subsystem).hostName(config.hostName());
    }
}
