package dev.ringroad.net.driver.memif;

/**
 * What two ends of a memif say to each other over the control socket.
 *
 * <pre>
 *   server                       client
 *     | &lt;-------- connects -------- |
 *     | HELLO --------------------&gt; |   limits of the server
 *     | &lt;---------------------- INIT |   version, interface, secret
 *     | ACK ----------------------&gt; |
 *     | &lt;----------- ADD_REGION (fd) |   as many as there are, in order
 *     | ACK ----------------------&gt; |
 *     | &lt;------------- ADD_RING (fd) |   each ring with its eventfd
 *     | ACK ----------------------&gt; |
 *     | &lt;------------------- CONNECT |
 *     | CONNECTED ----------------&gt; |   link up on both ends
 * </pre>
 *
 * <p>Either end may say DISCONNECT at any time. {@link MemifMessageCodec} has the layout.
 */
sealed interface MemifMessage {

    /** Version 2.0, the only one in use: major in the high byte. */
    int VERSION = 2 << 8;

    /** {@link Init#mode}: whole Ethernet frames. */
    int MODE_ETHERNET = 0;

    /** The last message was understood. */
    record Ack() implements MemifMessage {}

    /**
     * The server's limits; all the maxima are indices, so one less than the count.
     *
     * @param ringLog2Max the most descriptors of a ring, as a power of two
     */
    record Hello(
            String name,
            int versionMin,
            int versionMax,
            int regionIndexMax,
            int toClientRingIndexMax,
            int toServerRingIndexMax,
            int ringLog2Max)
            implements MemifMessage {}

    /**
     * Which interface the client wants.
     *
     * @param interfaceId unsigned 32 bits
     */
    record Init(int version, long interfaceId, int mode, String secret, String name)
            implements MemifMessage {}

    /** Memory of the client; the descriptor comes with the message. */
    record AddRegion(int index, long bytes) implements MemifMessage {}

    /**
     * A ring in the client's memory; its eventfd comes with the message.
     *
     * @param offset of the ring in its region, unsigned 32 bits
     * @param privateHeaderBytes of metadata before each frame, which nobody uses
     */
    record AddRing(
            boolean toServer,
            int index,
            int region,
            long offset,
            int ringLog2,
            int privateHeaderBytes)
            implements MemifMessage {}

    /** The client has said all. */
    record Connect(String interfaceName) implements MemifMessage {}

    /** The server has taken all; the rings may be used. */
    record Connected(String interfaceName) implements MemifMessage {}

    /** The sender ends the connection. */
    record Disconnect(int code, String reason) implements MemifMessage {}
}
