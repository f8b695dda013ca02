package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.command.ControllerRegister;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Doorbells in memory (NVM Express Base Specification 2.0, section 5.8 "Doorbell Buffer Config" and
 * annex B.5): two pages with the layout of the doorbell registers. In the first, the host tells how
 * far its rings are; in the second, the controller says from which value on it wants the register
 * written.
 */
final class ShadowDoorbells {
    private static final VarHandle INTS = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final DmaMemory memory;
    private final MemorySegment values;
    private final MemorySegment events;
    private final int pageBytes;

    /**
     * @param memory two pages
     */
    ShadowDoorbells(DmaMemory memory, int pageBytes) {
        this.memory = memory;
        this.pageBytes = pageBytes;
        values = memory.segment().asSlice(0, pageBytes);
        events = memory.segment().asSlice(pageBytes, pageBytes);
    }

    long valuesAddress() {
        return memory.deviceAddress(0);
    }

    long eventsAddress() {
        return memory.deviceAddress(pageBytes);
    }

    /** Whether the doorbells of a queue have a place here. */
    boolean covers(int queueId, int stride) {
        long last = ControllerRegister.completionDoorbell(queueId, stride);
        return last - ControllerRegister.DOORBELLS + Integer.BYTES <= pageBytes;
    }

    /** Before the controller is told of them, and no queue uses them. */
    void clear() {
        memory.segment().fill((byte) 0);
    }

    /** Takes what an earlier queue of that id has left away. */
    void clear(int queueId, int stride) {
        for (long at :
                new long[] {
                    ControllerRegister.submissionDoorbell(queueId, stride),
                    ControllerRegister.completionDoorbell(queueId, stride)
                }) {
            INTS.setRelease(values, at - ControllerRegister.DOORBELLS, 0);
            INTS.setRelease(events, at - ControllerRegister.DOORBELLS, 0);
        }
    }

    /**
     * Tells a value.
     *
     * @param registerAt where the register is
     * @param last the value before
     * @return whether the register has to be written too
     */
    boolean announce(long registerAt, int last, int value) {
        long at = registerAt - ControllerRegister.DOORBELLS;
        INTS.setRelease(values, at, value);
        // The controller stores its wish and then looks at the value; we store the value and then
        // look at the wish. With a full fence on both sides, one of us sees the other.
        VarHandle.fullFence();
        int event = (int) INTS.getAcquire(events, at);
        return (value - event - 1 & 0xffff) < (value - last & 0xffff);
    }

    void close() {
        memory.close();
    }
}
