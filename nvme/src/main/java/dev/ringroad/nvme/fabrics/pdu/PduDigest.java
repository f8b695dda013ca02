package dev.ringroad.nvme.fabrics.pdu;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The digest of headers and data: CRC-32C (section 3.3.1.1), stored little endian. One for each
 * thread or connection; nothing is allocated.
 */
public final class PduDigest {
    private final CRC32C crc = new CRC32C();

    /** An idle one. */
    public PduDigest() {}

    /**
     * The digest of a range.
     *
     * @param view over the memory; its position and limit are left behind anyhow
     */
    public int of(ByteBuffer view, int at, int bytes) {
        begin();
        add(view, at, bytes);
        return value();
    }

    /** Begins a digest of data that come in parts. */
    public void begin() {
        crc.reset();
    }

    /** Adds a part. */
    public void add(ByteBuffer view, int at, int bytes) {
        view.limit(at + bytes).position(at);
        crc.update(view);
    }

    /** The digest of what was added. */
    public int value() {
        return (int) crc.getValue();
    }
}
