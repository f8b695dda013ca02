package dev.ringroad.nvme.block;

import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.Set;

/**
 * Whatever holds blocks: a drive, a file, memory, another machine, or a device made of others.
 *
 * <p>Any thread may use it and opens a {@link BlockChannel} of its own for I/O. Whoever made it
 * closes it, after its channels; a device that is made of others does not close them unless it says
 * so.
 */
public interface BlockDevice extends AutoCloseable {
    /** What messages call it. */
    String name();

    BlockGeometry geometry();

    /**
     * What can be asked of it; READ and FLUSH are always there. Without WRITE it is read-only, and
     * FLUSH has nothing to do.
     */
    Set<BlockOperation> operations();

    /**
     * Opens a channel for the calling thread.
     *
     * @param depth how many requests its user wants under way at once; more wait in the channel
     * @throws IOException when the device has no channel to give; it says why and what to do
     */
    BlockChannel openChannel(int depth) throws IOException;

    /**
     * Lets the device reach a region itself, so that requests whose memory lies in it need no copy.
     * Memory of any other kind does as well, by way of a copy where the device needs one. The
     * default is for devices that reach all memory.
     *
     * @param region stays the caller's; not to be closed before {@link #unregister}
     */
    default void register(SharedRegion region) throws IOException {}

    /** Undoes {@link #register}, when no request uses the region any more. */
    default void unregister(SharedRegion region) {}

    @Override
    void close() throws IOException;
}
