package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.text.BlockKind;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTextException;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** Namespaces of other machines as a text names them. */
public final class RemoteKind {
    private RemoteKind() {}

    /** {@code tcp:HOST:PORT/NQN/ID}, to be added to the other kinds. */
    public static BlockKind kind() {
        return BlockKind.of(
                "tcp",
                "tcp:HOST[:PORT][+HOST[:PORT]...]/NQN/ID[,digests=WHICH][,queues=N][,depth=N][,retry=WHAT]",
                "a namespace of another machine over NVMe/TCP, by one path or more",
                BlockKind.Below.NONE,
                Set.of("digests", "queues", "depth", "retry"),
                (spec, _) -> open(spec));
    }

    private static BlockDevice open(BlockSpec spec) throws IOException {
        String text = spec.requireAddress("HOST:PORT/NQN/ID");
        RemoteAddress address;
        HostConfig config;
        try {
            address = RemoteAddress.parse(text);
            config = config(spec);
        } catch (IllegalArgumentException e) {
            throw new BlockTextException(String.valueOf(e.getMessage()));
        }
        try {
            return connect(address, config);
        } catch (IOException e) {
            // Whoever opens a text makes a sentence of it.
            String message = String.valueOf(e.getMessage());
            int end = message.length() - (message.endsWith(".") ? 1 : 0);
            throw new IOException(message.substring(0, end), e);
        }
    }

    private static BlockDevice connect(RemoteAddress address, HostConfig config)
            throws IOException {
        if (address.paths().size() == 1) {
            return RemoteNamespace.connect(
                    address.paths().getFirst(), address.subsystem(), address.namespaceId(), config);
        }
        return MultipathDevice.connect(
                address.paths(), address.subsystem(), address.namespaceId(), config);
    }

    private static HostConfig config(BlockSpec spec) {
        HostConfig usual = HostConfig.usual();
        int queues = Math.toIntExact(spec.count("queues", usual.queues()));
        int depth = Math.toIntExact(spec.count("depth", usual.queueDepth()));
        HostConfig config = usual.withQueues(queues, depth);
        String digests = spec.option("digests");
        config =
                switch (digests == null ? "none" : digests) {
                    case "none" -> config;
                    case "header" -> config.withDigests(true, false);
                    case "data" -> config.withDigests(false, true);
                    case "both" -> config.withDigests(true, true);
                    default ->
                            throw new BlockTextException(
                                    spec.what("digests") + " is none, header, data or both");
                };
        String retry = spec.option("retry");
        if (retry == null) {
            return config;
        }
        try {
            RetryPolicy policy = RetryPolicy.valueOf(retry.toUpperCase(Locale.ROOT));
            return config.withRetries(policy, config.attemptsMax());
        } catch (IllegalArgumentException _) {
            throw new BlockTextException(
                    spec.what("retry") + " is never, harmless or everything, not " + retry);
        }
    }
}
