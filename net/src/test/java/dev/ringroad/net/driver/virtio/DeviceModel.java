package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/** The device's side of a ring, as the specification tells it and without any haste. */
abstract class DeviceModel {

    /** A buffer that was made available. */
    record Buffer(int id, long address, long length, int flags) {

        boolean isWritable() {
            return (flags & RingDescriptor.WRITE) != 0;
        }

        /** Where it begins in the shared memory. */
        long offset() {
            return address - QueueMemory.DEVICE_BASE;
        }
    }

    final MemorySegment memory;
    final QueueMemory place;
    final int size;

    DeviceModel(QueueMemory place) {
        this.memory = place.memory();
        this.place = place;
        this.size = place.size();
    }

    static DeviceModel of(QueueMemory place, boolean packed) {
        return packed ? new Packed(place) : new Split(place);
    }

    /** The next buffer that is available; null when there is none. */
    abstract @Nullable Buffer next();

    /** The next buffer, which stays the next. */
    abstract @Nullable Buffer peek();

    /** Gives a buffer back, or with {@code count} buffers of which it is the last. */
    abstract void use(int id, long bytes, int count);

    void use(int id, long bytes) {
        use(id, bytes, 1);
    }

    /** Whether the driver wants to be interrupted. */
    abstract boolean interruptWanted();

    /**
     * The same with events, for a device that has used so many buffers from one count to another.
     */
    abstract boolean interruptWanted(int from, int to);

    /** Says whether the device wants to be kicked. */
    abstract void wantKick(boolean wanted);

    /** Says, with events, that the device wants to be kicked for the buffer of that count. */
    abstract void wantKickAt(int count);

    private static final class Split extends DeviceModel {
        private int availableIndex;
        private int usedIndex;

        Split(QueueMemory place) {
            super(place);
        }

        @Override
        @Nullable Buffer next() {
            Buffer buffer = peek();
            availableIndex += buffer == null ? 0 : 1;
            return buffer;
        }

        @Override
        @Nullable Buffer peek() {
            int end = SplitRing.indexAcquire(memory, place.driverAt());
            if (end == (availableIndex & 0xFFFF)) {
                return null;
            }
            int slot = availableIndex & (size - 1);
            int head = SplitRing.available(memory, place.driverAt(), slot);
            long at = RingDescriptor.at(place.descriptorsAt(), head);
            long second = RingDescriptor.second(memory, at);
            return new Buffer(
                    head,
                    RingDescriptor.address(memory, at),
                    RingDescriptor.length(second),
                    RingDescriptor.splitFlags(second));
        }

        @Override
        void use(int id, long bytes, int count) {
            int slot = usedIndex & (size - 1);
            SplitRing.used(memory, place.deviceAt(), slot, id, (int) bytes);
            usedIndex += count;
            SplitRing.indexRelease(memory, place.deviceAt(), usedIndex);
        }

        @Override
        boolean interruptWanted() {
            return SplitRing.flags(memory, place.driverAt()) == 0;
        }

        @Override
        boolean interruptWanted(int from, int to) {
            return SplitRing.passed(SplitRing.usedEvent(memory, place.driverAt(), size), from, to);
        }

        @Override
        void wantKickAt(int count) {
            SplitRing.availableEvent(memory, place.deviceAt(), size, count);
        }

        @Override
        void wantKick(boolean wanted) {
            SplitRing.flags(memory, place.deviceAt(), wanted ? 0 : SplitRing.FLAG_SILENT);
        }
    }

    private static final class Packed extends DeviceModel {
        private int availablePosition;
        private boolean availableWrap = true;
        private int usedPosition;
        private boolean usedWrap = true;

        Packed(QueueMemory place) {
            super(place);
        }

        @Override
        @Nullable Buffer next() {
            Buffer buffer = peek();
            if (buffer != null && ++availablePosition == size) {
                availablePosition = 0;
                availableWrap = !availableWrap;
            }
            return buffer;
        }

        @Override
        @Nullable Buffer peek() {
            long at = RingDescriptor.at(place.descriptorsAt(), availablePosition);
            long second = RingDescriptor.secondAcquire(memory, at);
            int flags = RingDescriptor.packedFlags(second);
            if (!PackedRing.isAvailable(flags, availableWrap)) {
                return null;
            }
            return new Buffer(
                    RingDescriptor.packedId(second),
                    RingDescriptor.address(memory, at),
                    RingDescriptor.length(second),
                    flags);
        }

        @Override
        void use(int id, long bytes, int count) {
            long at = RingDescriptor.at(place.descriptorsAt(), usedPosition);
            int flags = PackedRing.usedFlags(usedWrap);
            RingDescriptor.secondRelease(memory, at, RingDescriptor.packed(bytes, id, flags));
            usedPosition += count;
            if (usedPosition >= size) {
                usedPosition -= size;
                usedWrap = !usedWrap;
            }
        }

        @Override
        boolean interruptWanted() {
            return PackedRing.eventFlags(memory, place.driverAt()) == PackedRing.EVENT_ENABLE;
        }

        @Override
        boolean interruptWanted(int from, int to) {
            if (PackedRing.eventFlags(memory, place.driverAt()) != PackedRing.EVENT_AT_POSITION) {
                return interruptWanted();
            }
            int event = PackedRing.eventPosition(memory, place.driverAt());
            return PackedRing.passed(event, to & (size - 1), wrapAt(to), to - from, size);
        }

        @Override
        void wantKickAt(int count) {
            PackedRing.eventPosition(memory, place.deviceAt(), count & (size - 1), wrapAt(count));
            PackedRing.eventFlags(memory, place.deviceAt(), PackedRing.EVENT_AT_POSITION);
        }

        private boolean wrapAt(int count) {
            return (count / size & 1) == 0;
        }

        @Override
        void wantKick(boolean wanted) {
            int flags = wanted ? PackedRing.EVENT_ENABLE : PackedRing.EVENT_DISABLE;
            PackedRing.eventFlags(memory, place.deviceAt(), flags);
        }
    }
}
