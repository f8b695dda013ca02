package dev.ringroad.nvme.block;

import java.io.IOException;

/** A device that opens no more channels than it is allowed to. */
final class FewChannels extends ComposedDevice {
    volatile int allowed;

    FewChannels(BlockDevice below) {
        super("few channels", Legs.only(below), below.geometry(), below.operations());
    }

    @Override
    public synchronized BlockChannel openChannel(int depth) throws IOException {
        if (allowed == 0) {
            throw new IOException("none is left");
        }
        allowed--;
        return legs().devices().getFirst().openChannel(depth);
    }
}
