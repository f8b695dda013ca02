package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.QualifiedName;
import dev.ringroad.nvme.fabrics.transport.KernelStreams;
import dev.ringroad.nvme.fabrics.transport.StreamProvider;

import java.time.Duration;
import java.util.UUID;

/**
 * How this host connects. Immutable; each {@code with…} makes another one.
 *
 * @param streams where connections come from
 * @param hostName the host's NVMe qualified name
 * @param hostId tells hosts apart, also when they share a name
 * @param queues I/O queues to ask for, and so channels that can be open at once
 * @param queueDepth commands under way in each, 1 to 1024
 * @param headerDigest whether to ask for digests of headers
 * @param dataDigest whether to ask for digests of data
 * @param keepAlive after how long without a word the controller may give this host up
 * @param connectTimeout how long a connection may take until the controller has agreed to it
 * @param commandTimeout how long an answer may take
 * @param reconnectFirst how long to wait before the first attempt to reconnect; each one that fails
 *     doubles it
 * @param reconnectMost what that never exceeds
 * @param controllerLoss how long to go on trying until the controller is lost for good and all that
 *     waits is completed as GONE
 * @param retryPolicy what is sent again over a new connection
 * @param attemptsMax how often a command is sent at most
 * @param failFast whether requests are completed as GONE at once while there is no connection, for
 *     who has other paths; else they wait
 */
public record HostConfig(
        StreamProvider streams,
        String hostName,
        UUID hostId,
        int queues,
        int queueDepth,
        boolean headerDigest,
        boolean dataDigest,
        Duration keepAlive,
        Duration connectTimeout,
        Duration commandTimeout,
        Duration reconnectFirst,
        Duration reconnectMost,
        Duration controllerLoss,
        RetryPolicy retryPolicy,
        int attemptsMax,
        boolean failFast) {
    private static final int QUEUES_USUAL = 16;
    private static final int QUEUE_DEPTH_USUAL = 128;

    public HostConfig {
        if (!QualifiedName.isValid(hostName)) {
            throw new IllegalArgumentException(
                    "A host's NVMe qualified name looks like nqn.2014-08.org.example:host, not like "
                            + hostName);
        }
        if (queues < 1 || queues > 65535 || attemptsMax < 1) {
            throw new IllegalArgumentException(
                    "There are 1 to 65535 queues and at least one attempt, not "
                            + queues
                            + " and "
                            + attemptsMax);
        }
        if (queueDepth < 1 || queueDepth > Exchanges.COUNT_MAX) {
            throw new IllegalArgumentException(
                    "A queue is 1 to " + Exchanges.COUNT_MAX + " commands deep, not " + queueDepth);
        }
    }

    /** A host of a random identity, over kernel sockets, without digests. */
    public static HostConfig usual() {
        UUID id = UUID.randomUUID();
        return new HostConfig(
                KernelStreams.INSTANCE,
                QualifiedName.OF_UUID + id,
                id,
                QUEUES_USUAL,
                QUEUE_DEPTH_USUAL,
                false,
                false,
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
                RetryPolicy.HARMLESS,
                3,
                false);
    }

    /** Over other streams. */
    public HostConfig withStreams(StreamProvider value) {
        return new HostConfig(
                value,
                hostName,
                hostId,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                keepAlive,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** Of another identity. */
    public HostConfig withHost(String name, UUID id) {
        return new HostConfig(
                streams,
                name,
                id,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                keepAlive,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** With so many I/O queues of such a depth. */
    public HostConfig withQueues(int count, int depth) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                count,
                depth,
                headerDigest,
                dataDigest,
                keepAlive,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** Asking for digests. */
    public HostConfig withDigests(boolean headers, boolean data) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                queues,
                queueDepth,
                headers,
                data,
                keepAlive,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** With another time of keep-alive. */
    public HostConfig withKeepAlive(Duration value) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                value,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** With other time-outs. */
    public HostConfig withTimeouts(Duration connect, Duration command) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                keepAlive,
                connect,
                command,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** Reconnecting at another pace, and for another time. */
    public HostConfig withReconnect(Duration first, Duration most, Duration loss) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                keepAlive,
                connectTimeout,
                commandTimeout,
                first,
                most,
                loss,
                retryPolicy,
                attemptsMax,
                failFast);
    }

    /** Sending other commands again. */
    public HostConfig withRetries(RetryPolicy policy, int attempts) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                keepAlive,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                policy,
                attempts,
                failFast);
    }

    /** Completing requests at once, or not, while there is no connection. */
    public HostConfig withFailFast(boolean value) {
        return new HostConfig(
                streams,
                hostName,
                hostId,
                queues,
                queueDepth,
                headerDigest,
                dataDigest,
                keepAlive,
                connectTimeout,
                commandTimeout,
                reconnectFirst,
                reconnectMost,
                controllerLoss,
                retryPolicy,
                attemptsMax,
                value);
    }
}
