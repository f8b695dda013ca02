package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.IoCapabilities;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What of a controller can be set (NVM Express Base Specification 2.0, sections 5.15 and 5.27). Any
 * thread may use it. Values are lost with a reset of the controller unless they were saved.
 */
public final class Features {
    /** Which of a feature's values is asked for. */
    public enum Which {
        CURRENT,
        DEFAULT,
        SAVED,
        /** Bits: 0 it can be saved, 1 it is each namespace's own, 2 it can be changed. */
        CAPABILITIES
    }

    private static final ValueLayout.OfLong LONG =
            JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SELECT_SHIFT = 8;
    private static final int SAVE = 1 << 31;
    private static final int OVER = 0;
    private static final int UNDER = 1 << 20;
    private static final int SENSOR_SHIFT = 16;
    private static final long TIMESTAMP_MASK = (1L << 48) - 1;

    private final NvmeController controller;

    public Features(NvmeController controller) {
        this.controller = controller;
    }

    /**
     * Gets a feature that is one number.
     *
     * @param id of {@link FeatureId}
     * @param namespaceId 0 where it is the controller's
     */
    public int get(int id, int namespaceId, Which which) throws IOException {
        return (int) controller.execute(getCommand(id, namespaceId, which, 0));
    }

    /** The current value of a feature of the controller. */
    public int get(int id) throws IOException {
        return get(id, 0, Which.CURRENT);
    }

    /** Gets a feature that is a structure. */
    public void get(int id, int namespaceId, Which which, MemorySegment into) throws IOException {
        long ignored = controller.execute(getCommand(id, namespaceId, which, 0).dataIn(into));
    }

    private static AdminCommand getCommand(int id, int namespaceId, Which which, int word11) {
        return new AdminCommand(AdminOpcode.GET_FEATURES)
                .namespaceId(namespaceId)
                .doubleWord(10, which.ordinal() << SELECT_SHIFT | id)
                .doubleWord(11, word11);
    }

    /**
     * Sets a feature that is one number.
     *
     * @param save whether it is to outlast resets
     * @return what the controller made of it, for features that answer
     */
    public int set(int id, int namespaceId, int value, boolean save) throws IOException {
        return (int) controller.execute(setCommand(id, namespaceId, value, save));
    }

    /** Sets a feature that is a structure. */
    public void set(int id, int namespaceId, MemorySegment from, boolean save) throws IOException {
        long ignored = controller.execute(setCommand(id, namespaceId, 0, save).dataOut(from));
    }

    private static AdminCommand setCommand(int id, int namespaceId, int value, boolean save) {
        return new AdminCommand(AdminOpcode.SET_FEATURES)
                .namespaceId(namespaceId)
                .doubleWord(10, (save ? SAVE : 0) | id)
                .doubleWord(11, value);
    }

    /** Whether the controller has a cache that a loss of power empties. */
    public boolean hasWriteCache() {
        return (controller.identity().io().volatileWriteCache() & IoCapabilities.CACHE_PRESENT)
                != 0;
    }

    /** Whether the write cache is on; only where there is one. */
    public boolean writeCache() throws IOException {
        return (get(FeatureId.VOLATILE_WRITE_CACHE) & 1) != 0;
    }

    /** Turns the write cache on or off; only where there is one. */
    public void writeCache(boolean on) throws IOException {
        int ignored = set(FeatureId.VOLATILE_WRITE_CACHE, 0, on ? 1 : 0, false);
    }

    /**
     * At which temperature an event comes.
     *
     * @param sensor 0 for the composite temperature, 1 to 8
     * @param over above it, else below it
     */
    public int thresholdKelvin(int sensor, boolean over) throws IOException {
        int word = sensor << SENSOR_SHIFT | (over ? OVER : UNDER);
        AdminCommand command = getCommand(FeatureId.TEMPERATURE_THRESHOLD, 0, Which.CURRENT, word);
        return (int) controller.execute(command) & 0xffff;
    }

    /** Sets what {@link #thresholdKelvin(int, boolean)} gets. */
    public void thresholdKelvin(int sensor, boolean over, int kelvin) throws IOException {
        if (kelvin < 0 || kelvin > 0xffff) {
            throw new IllegalArgumentException("No threshold has " + kelvin + " kelvin");
        }
        int word = sensor << SENSOR_SHIFT | (over ? OVER : UNDER) | kelvin;
        int ignored = set(FeatureId.TEMPERATURE_THRESHOLD, 0, word, false);
    }

    /** The controller's clock: milliseconds since 1970 if it was set, else since its reset. */
    public long timestampMillis() throws IOException {
        MemorySegment clock = MemorySegment.ofArray(new long[1]);
        get(FeatureId.TIMESTAMP, 0, Which.CURRENT, clock);
        return clock.get(LONG, 0) & TIMESTAMP_MASK;
    }

    /** Sets the controller's clock. */
    public void timestampMillis(long millis) throws IOException {
        MemorySegment clock = MemorySegment.ofArray(new long[1]);
        clock.set(LONG, 0, millis & TIMESTAMP_MASK);
        set(FeatureId.TIMESTAMP, 0, clock, false);
    }

    /**
     * Which events are reported: bits 0 to 5 for the bits of {@link
     * dev.ringroad.nvme.command.SmartLog#warnings}, 8 for changed namespaces, 9 for new firmware.
     */
    public void events(int mask) throws IOException {
        int ignored = set(FeatureId.ASYNCHRONOUS_EVENTS, 0, mask, false);
    }

    /** What {@link #events(int)} sets. */
    public int events() throws IOException {
        return get(FeatureId.ASYNCHRONOUS_EVENTS);
    }
}
