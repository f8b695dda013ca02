package dev.ringroad.nvme.block;

import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A device that cuts requests for others, its legs, which it does not close. */
abstract class ComposedDevice implements BlockDevice {
    private static final int PARTS_PER_REQUEST = 2;

    private final String name;
    private final Legs legs;
    private final BlockGeometry geometry;
    private final Set<BlockOperation> operations;
    private final RequestRules rules;

    ComposedDevice(String name, Legs legs, BlockGeometry geometry, Set<BlockOperation> operations) {
        this.name = name;
        this.legs = legs;
        this.geometry = geometry;
        Set<BlockOperation> copy = EnumSet.noneOf(BlockOperation.class);
        copy.addAll(operations);
        this.operations = Collections.unmodifiableSet(copy);
        this.rules = new RequestRules(geometry, this.operations);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final BlockGeometry geometry() {
        return geometry;
    }

    @Override
    public final Set<BlockOperation> operations() {
        return operations;
    }

    final Legs legs() {
        return legs;
    }

    final RequestRules rules() {
        return rules;
    }

    /** How many parts a channel of a depth has under way at once. */
    final int partsFor(int depth) {
        return Math.addExact(Math.multiplyExact(depth, PARTS_PER_REQUEST), legs.count());
    }

    @Override
    public final void register(SharedRegion region) throws IOException {
        legs.register(region);
    }

    @Override
    public final void unregister(SharedRegion region) {
        legs.unregister(region);
    }

    /** Claims all of its legs, or none. */
    @Override
    public final BlockClaim claim() throws IOException {
        return legs.claim();
    }

    /** Those of its legs. */
    @Override
    public List<String> warnings() {
        return legs.devices().stream().flatMap(leg -> leg.warnings().stream()).toList();
    }

    /** Does nothing: the legs are their owner's to close, afterwards. */
    @Override
    public void close() {}
}
