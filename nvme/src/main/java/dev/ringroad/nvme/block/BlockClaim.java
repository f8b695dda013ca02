package dev.ringroad.nvme.block;

/** Somebody's right to have a device to himself, see {@link BlockDevice#claim}. */
public interface BlockClaim extends AutoCloseable {
    /** Of a device that cannot be kept from others. */
    BlockClaim NONE = () -> {};

    /** Gives it up; a second call does nothing. */
    @Override
    void close();
}
