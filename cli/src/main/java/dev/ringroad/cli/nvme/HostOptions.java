package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteAddress;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;

/** Who connects, and how: what the commands that connect have in common. */
final class HostOptions {
    @Option(
            names = "--hostnqn",
            paramLabel = "NAME",
            description = "This host's NVMe qualified name; a random one if not given.")
    private @Nullable String hostName;

    @Option(
            names = "--hostid",
            paramLabel = "UUID",
            description = "This host's id; a random one if not given.")
    private @Nullable UUID hostId;

    @Option(names = "--header-digest", description = "Asks for digests of headers.")
    private boolean headerDigest;

    @Option(names = "--data-digest", description = "Asks for digests of data.")
    private boolean dataDigest;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long a connection or an answer may take; 5 if not given.")
    private int timeoutSeconds = 5;

    /** Used by picocli. */
    HostOptions() {}

    /** What was asked for; refuses what makes no sense. */
    HostConfig config() {
        if (timeoutSeconds < 1) {
            throw Refusal.wrongUse("--timeout is a number of seconds from 1 on.");
        }
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        HostConfig usual = HostConfig.usual();
        try {
            return usual.withHost(
                            hostName == null ? usual.hostName() : hostName,
                            hostId == null ? usual.hostId() : hostId)
                    .withDigests(headerDigest, dataDigest)
                    .withTimeouts(timeout, timeout);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    /** An address of a command line; refuses what is none. */
    static InetSocketAddress address(String text) {
        InetSocketAddress parsed;
        try {
            parsed = RemoteAddress.path(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
        if (parsed.isUnresolved()) {
            throw Refusal.wrongUse(
                    "The name " + parsed.getHostString() + " could not be resolved.");
        }
        return parsed;
    }
}
