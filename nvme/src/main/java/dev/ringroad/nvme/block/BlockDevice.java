package dev.ringroad.nvme.block;

import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.List;
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

    /**
     * Keeps whoever else claims the same thing from it, in this process and in others: for those
     * who would destroy what somebody else does there. Those who do not ask are not kept from it.
     * The default is for devices that nobody else can have, or that know no such thing.
     *
     * @throws IOException when somebody else has it
     */
    default BlockClaim claim() throws IOException {
        return BlockClaim.NONE;
    }

    /**
     * What its user ought to know and no request is told, a sentence without full stop each: a leg
     * of a mirror that was dropped, for one. It may change at any time.
     */
    default List<String> warnings() {
        return List.of();
    }

    @Override
    void close() throws IOException;
}
