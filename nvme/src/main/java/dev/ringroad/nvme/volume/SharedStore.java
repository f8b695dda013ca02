package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTexts;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A store that texts name more than once, a volume each: a store is opened once at a time, so the
 * first opens it, with the device that it is on, and the last closes both. Any thread.
 */
final class SharedStore implements Closeable {
    /** By what names the device, while somebody has them; under the lock of this map. */
    private static final Map<BlockSpec, SharedStore> OPEN = new HashMap<>();

    private final BlockSpec place;
    private final BlockDevice device;
    private final VolumeStore store;
    private int users;

    private SharedStore(BlockSpec place, BlockDevice device, VolumeStore store) {
        this.place = place;
        this.device = device;
        this.store = store;
    }

    /**
     * Opens the store on a device, or joins those who have it.
     *
     * @return to be closed once by each who has opened it
     */
    static SharedStore open(BlockSpec place, BlockTexts texts) throws IOException {
        synchronized (OPEN) {
            SharedStore shared = OPEN.get(place);
            if (shared == null) {
                shared = open(place, texts.open(place));
                SharedStore ignored = OPEN.put(place, shared);
            }
            shared.users++;
            return shared;
        }
    }

    private static SharedStore open(BlockSpec place, BlockDevice device) throws IOException {
        try {
            return new SharedStore(place, device, VolumeStore.open(device));
        } catch (Throwable t) {
            device.close();
            throw t;
        }
    }

    VolumeStore store() {
        return store;
    }

    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            users--;
            if (users == 0) {
                SharedStore ignored = OPEN.remove(place);
                try {
                    store.close();
                } finally {
                    device.close();
                }
            }
        }
    }
}
