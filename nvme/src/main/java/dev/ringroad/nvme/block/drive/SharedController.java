package dev.ringroad.nvme.block.drive;

import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeControllers;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A controller that texts name more than once, a namespace each: a function is taken by one driver,
 * so the first takes it and the last gives it back. Any thread.
 */
final class SharedController implements Closeable {
    /** By the place that names them, while somebody has them; under the lock of this map. */
    private static final Map<String, SharedController> OPEN = new HashMap<>();

    private final String place;
    private final NvmeController controller;
    private int users;

    private SharedController(String place, NvmeController controller) {
        this.place = place;
        this.controller = controller;
    }

    /**
     * Takes a controller, or joins those who have it.
     *
     * @param place as {@link NvmeControllers#open} has it
     * @return to be closed once by each who has opened it
     */
    static SharedController open(String place) throws IOException {
        synchronized (OPEN) {
            SharedController shared = OPEN.get(place);
            if (shared == null) {
                shared =
                        new SharedController(
                                place, NvmeControllers.open(place, NvmeConfig.standard()));
                SharedController ignored = OPEN.put(place, shared);
            }
            shared.users++;
            return shared;
        }
    }

    NvmeController controller() {
        return controller;
    }

    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            users--;
            if (users == 0) {
                SharedController ignored = OPEN.remove(place);
                controller.close();
            }
        }
    }
}
