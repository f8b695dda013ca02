package dev.ringroad.nvme.block;

import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * A device that closes those that it is made of, after itself. Its channels are those of the device
 * itself, so it costs nothing.
 */
public final class OwningDevice implements BlockDevice {
    private final BlockDevice device;
    private final List<BlockDevice> below;

    /**
     * @param below closed with it, the last first
     */
    public OwningDevice(BlockDevice device, List<BlockDevice> below) {
        this.device = device;
        this.below = List.copyOf(below);
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public BlockGeometry geometry() {
        return device.geometry();
    }

    @Override
    public Set<BlockOperation> operations() {
        return device.operations();
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        return device.openChannel(depth);
    }

    @Override
    public void register(SharedRegion region) throws IOException {
        device.register(region);
    }

    @Override
    public void unregister(SharedRegion region) {
        device.unregister(region);
    }

    @Override
    public BlockClaim claim() throws IOException {
        return device.claim();
    }

    @Override
    public List<String> warnings() {
        return device.warnings();
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        try {
            device.close();
        } catch (IOException e) {
            failure = e;
        }
        for (BlockDevice part : below.reversed()) {
            try {
                part.close();
            } catch (IOException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
