package dev.ringroad.nvme.block;

import java.io.IOException;

/** A channel that hands each request to one other, as one part, with its blocks moved. */
class OneLegChannel extends SplitChannel {
    private final long firstBlock;

    /**
     * @param firstBlock of the device below, which is ours of number 0
     */
    OneLegChannel(ComposedDevice device, long firstBlock, int depth) throws IOException {
        super(
                device.rules(),
                device.geometry(),
                Channels.openAll(device.legs().devices(), depth),
                device.legs().blockShifts(),
                depth,
                depth);
        this.firstBlock = firstBlock;
    }

    @Override
    final int unitsOf(Whole whole) {
        return 1;
    }

    @Override
    final int cut(Whole whole, int unit, Part part) {
        BlockRequest request = whole.request();
        fill(part, whole, 0, request.block() + firstBlock, 0, request.blockCount());
        return 1;
    }
}
