package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockCompletion;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.epoch.Grace;

import org.jspecify.annotations.Nullable;

/** What a channel asks of the device for one of its operations. */
final class Part extends BlockRequest {
    @Nullable Operation operation;

    /** What {@link Grace.Slot#enter} said, or -1 when it has not been asked. */
    int entered;

    Part(BlockCompletion completion) {
        super(completion);
    }
}
