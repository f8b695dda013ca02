package dev.ringroad.nvme.block.file;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.RequestRules;
import dev.ringroad.uring.SetupFlag;
import dev.ringroad.uring.Uring;
import dev.ringroad.uring.UringConfig;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A file through io_uring: each channel has a ring of its own. */
final class RingFileDevice implements BlockDevice {
    /** {@code FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE} (linux/falloc.h): zeroes from then on. */
    static final int PUNCH_HOLE = 0x01 | 0x02;

    private static final int DEPTH_MAX = 4096;
    private static final int IDLE_MILLIS = 1000;
    private static final String REMEDY =
            "name a file that this user may read and write, or open it read-only (readonly=yes)";

    private final Path path;
    private final String name;
    private final Descriptor file;
    private final BlockGeometry geometry;
    private final Set<BlockOperation> operations;
    private final RequestRules rules;

    private RingFileDevice(
            Path path, Descriptor file, BlockGeometry geometry, Set<BlockOperation> operations) {
        this.path = path;
        this.name = "file:" + path;
        this.file = file;
        this.geometry = geometry;
        this.operations = operations;
        this.rules = new RequestRules(geometry, operations);
    }

    /**
     * @param trial a ring to try with what the file can do
     */
    static RingFileDevice open(Path path, long bytes, FileOptions options, Uring trial)
            throws IOException {
        BlockGeometry geometry = ChannelFileDevice.geometry(bytes, options);
        int flags = options.readOnly() ? Descriptor.READ_ONLY : Descriptor.READ_WRITE;
        int direct = options.direct() ? Descriptor.DIRECT : 0;
        Descriptor file = Descriptor.open(path.toString(), flags | direct, 0, REMEDY);
        try {
            Set<BlockOperation> known = EnumSet.noneOf(BlockOperation.class);
            known.addAll(ChannelFileDevice.operations(options.readOnly()));
            if (!options.readOnly() && punchesHoles(file, bytes, trial)) {
                known.add(BlockOperation.WRITE_ZEROES);
                known.add(BlockOperation.UNMAP);
            }
            return new RingFileDevice(path, file, geometry, Collections.unmodifiableSet(known));
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    /** Tried behind the end of a regular file, where a hole changes nothing. */
    private static boolean punchesHoles(Descriptor file, long bytes, Uring trial) {
        try (Arena arena = Arena.ofConfined()) {
            FileStatus status = new FileStatus(arena);
            if (status.ask(file.number()) < 0 || status.kind() != FileStatus.REGULAR) {
                return false;
            }
        }
        int[] result = {-1};
        var _ = trial.files().prepareAllocate(file.number(), PUNCH_HOLE, bytes, 1 << 12);
        int taken = trial.submitAndWait(1);
        int seen = trial.poll((_, outcome, _) -> result[0] = outcome, 1);
        return taken == 1 && seen == 1 && result[0] == 0;
    }

    /** Without DEFER_TASKRUN, which would keep a sleeper on the ring's descriptor from waking. */
    static UringConfig config(int entries) {
        return new UringConfig(
                entries,
                0,
                Set.of(),
                EnumSet.of(
                        SetupFlag.SUBMIT_ALL,
                        SetupFlag.COOP_TASKRUN,
                        SetupFlag.TASKRUN_FLAG,
                        SetupFlag.SINGLE_ISSUER,
                        SetupFlag.NO_SQARRAY),
                IDLE_MILLIS);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BlockGeometry geometry() {
        return geometry;
    }

    @Override
    public Set<BlockOperation> operations() {
        return operations;
    }

    @Override
    public BlockClaim claim() throws IOException {
        return FileClaim.of(path);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        if (depth < 1) {
            throw new IllegalArgumentException("A channel has a depth of at least 1, not " + depth);
        }
        int slots = Math.min(depth, DEPTH_MAX);
        return new RingFileChannel(
                Uring.open(config(slots)), file.number(), rules, geometry.blockBytes(), slots);
    }

    @Override
    public void close() {
        file.close();
    }
}
