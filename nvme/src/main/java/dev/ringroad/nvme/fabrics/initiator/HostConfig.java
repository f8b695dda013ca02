package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.QualifiedName;
import dev.ringroad.nvme.fabrics.transport.StreamProvider;

import java.time.Duration;
import java.util.UUID;

/**
 * How this host connects: begun with {@link #usual}, to which each {@code with…} makes a copy that
 * differs. Nothing changes once it was handed out, so any thread may use it.
 */
public final class HostConfig implements Cloneable {
    private StreamProvider streams = StreamProvider.usual();
    private UUID hostId = UUID.randomUUID();
    private String hostName = QualifiedName.OF_UUID + hostId;
    private int queues = 16;
    private int queueDepth = 128;
    private boolean headerDigest;
    private boolean dataDigest;
    private Duration keepAlive = Duration.ofSeconds(15);
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration commandTimeout = Duration.ofSeconds(30);
    private Duration reconnectFirst = Duration.ofMillis(100);
    private Duration reconnectMost = Duration.ofSeconds(10);
    private Duration controllerLoss = Duration.ofMinutes(10);
    private RetryPolicy retryPolicy = RetryPolicy.HARMLESS;
    private int attemptsMax = 3;
    private boolean failFast;

    private HostConfig() {}

    /** A host of a random identity, over the usual streams, without digests. */
    public static HostConfig usual() {
        return new HostConfig();
    }

    private HostConfig copy() {
        try {
            return (HostConfig) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("It is Cloneable", e);
        }
    }

    /** Over other streams. */
    public HostConfig withStreams(StreamProvider value) {
        HostConfig copy = copy();
        copy.streams = value;
        return copy;
    }

    /**
     * Of another identity.
     *
     * @param name the host's NVMe qualified name
     * @param id tells hosts apart, also when they share a name
     * @throws IllegalArgumentException when the name is none
     */
    public HostConfig withHost(String name, UUID id) {
        if (!QualifiedName.isValid(name)) {
            throw new IllegalArgumentException(
                    "A host's NVMe qualified name looks like nqn.2014-08.org.example:host, not like "
                            + name);
        }
        HostConfig copy = copy();
        copy.hostName = name;
        copy.hostId = id;
        return copy;
    }

    /**
     * With other I/O queues.
     *
     * @param count how many to ask for, and so the channels that can be open at once
     * @param depth commands under way in each, 1 to 1024
     * @throws IllegalArgumentException when there cannot be as many, or as deep ones
     */
    public HostConfig withQueues(int count, int depth) {
        if (count < 1 || count > 65535) {
            throw new IllegalArgumentException("There are 1 to 65535 queues, not " + count);
        }
        if (depth < 1 || depth > Exchanges.COUNT_MAX) {
            throw new IllegalArgumentException(
                    "A queue is 1 to " + Exchanges.COUNT_MAX + " commands deep, not " + depth);
        }
        HostConfig copy = copy();
        copy.queues = count;
        copy.queueDepth = depth;
        return copy;
    }

    /** Asking for digests. */
    public HostConfig withDigests(boolean headers, boolean data) {
        HostConfig copy = copy();
        copy.headerDigest = headers;
        copy.dataDigest = data;
        return copy;
    }

    /** After another time without a word the controller may give this host up; zero is never. */
    public HostConfig withKeepAlive(Duration value) {
        HostConfig copy = copy();
        copy.keepAlive = value;
        return copy;
    }

    /**
     * With other time-outs.
     *
     * @param connect how long a connection may take until the controller has agreed to it
     * @param command how long an answer may take
     */
    public HostConfig withTimeouts(Duration connect, Duration command) {
        HostConfig copy = copy();
        copy.connectTimeout = connect;
        copy.commandTimeout = command;
        return copy;
    }

    /**
     * Reconnecting at another pace.
     *
     * @param first how long to wait before the first attempt; each one that fails doubles it
     * @param most what that never exceeds
     * @param loss how long to go on trying until the controller is lost for good and all that waits
     *     is completed as GONE
     */
    public HostConfig withReconnect(Duration first, Duration most, Duration loss) {
        HostConfig copy = copy();
        copy.reconnectFirst = first;
        copy.reconnectMost = most;
        copy.controllerLoss = loss;
        return copy;
    }

    /**
     * Sending other commands again over a new connection.
     *
     * @param attempts how often a command is sent at most
     * @throws IllegalArgumentException when that is not at least once
     */
    public HostConfig withRetries(RetryPolicy policy, int attempts) {
        if (attempts < 1) {
            throw new IllegalArgumentException(
                    "A command is sent at least once, not " + attempts + " times");
        }
        HostConfig copy = copy();
        copy.retryPolicy = policy;
        copy.attemptsMax = attempts;
        return copy;
    }

    /**
     * Completing requests as GONE at once while there is no connection, for who has other paths;
     * else they wait.
     */
    public HostConfig withFailFast(boolean value) {
        HostConfig copy = copy();
        copy.failFast = value;
        return copy;
    }

    /** Where connections come from. */
    public StreamProvider streams() {
        return streams;
    }

    /** The host's NVMe qualified name. */
    public String hostName() {
        return hostName;
    }

    public UUID hostId() {
        return hostId;
    }

    /** I/O queues to ask for. */
    public int queues() {
        return queues;
    }

    public int queueDepth() {
        return queueDepth;
    }

    public boolean headerDigest() {
        return headerDigest;
    }

    public boolean dataDigest() {
        return dataDigest;
    }

    public Duration keepAlive() {
        return keepAlive;
    }

    public Duration connectTimeout() {
        return connectTimeout;
    }

    public Duration commandTimeout() {
        return commandTimeout;
    }

    public Duration reconnectFirst() {
        return reconnectFirst;
    }

    public Duration reconnectMost() {
        return reconnectMost;
    }

    public Duration controllerLoss() {
        return controllerLoss;
    }

    public RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    public int attemptsMax() {
        return attemptsMax;
    }

    public boolean failFast() {
        return failFast;
    }
}
