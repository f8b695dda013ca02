package dev.ringroad.uring.socket;

/**
 * What a server has done so far.
 *
 * @param accepted connections
 * @param open connections at present
 * @param acceptErrors times that the kernel could not accept one
 * @param receives completions with bytes
 * @param bytesReceived bytes from peers
 * @param sends completed sends
 * @param bytesSent bytes to peers
 * @param starved times that there was no buffer to receive into
 * @param pauses times that a connection was not read from since its peer did not read
 * @param resets connections that the peer reset
 * @param timeOuts connections closed since nothing moved
 */
public record ServerStatistics(
        long accepted,
        long open,
        long acceptErrors,
        long receives,
        long bytesReceived,
        long sends,
        long bytesSent,
        long starved,
        long pauses,
        long resets,
        long timeOuts) {

    /** Of several servers together. */
    public ServerStatistics plus(ServerStatistics other) {
        return new ServerStatistics(
                accepted + other.accepted,
                open + other.open,
                acceptErrors + other.acceptErrors,
                receives + other.receives,
                bytesReceived + other.bytesReceived,
                sends + other.sends,
                bytesSent + other.bytesSent,
                starved + other.starved,
                pauses + other.pauses,
                resets + other.resets,
                timeOuts + other.timeOuts);
    }

    /** Of none. */
    public static ServerStatistics none() {
        return new ServerStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
