package dev.ringroad.bench.fileload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ringroad.uring.SetupFlag;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Loads of real files by the real kernel, every block of which is looked at. */
final class FileLoadTest {
    private static final int BLOCK = 4096;
    private static final long BLOCKS = 256;
    private static final RingUse RING = RingUse.ofDepth(16);
    private static final LoadPlan.Limits ONCE = new LoadPlan.Limits(0, 0, 0);

    @TempDir private Path folder;
    private Path file;
    private int openBefore;

    @BeforeEach
    void count() throws Exception {
        file = folder.resolve("file");
        openBefore = descriptors();
    }

    @AfterEach
    void nothingStaysOpen() throws Exception {
        assertThat(descriptors()).isEqualTo(openBefore);
    }

    private static int descriptors() throws IOException {
        try (var names = Files.list(Path.of("/proc/self/fd"))) {
            return (int) names.filter(name -> isOfALoad(name)).count();
        }
    }

    /** The JVM opens jars whenever it likes; rings, events and our own files are a load's. */
    private static boolean isOfALoad(Path name) {
        try {
            String target = Files.readSymbolicLink(name).toString();
            return target.contains("io_uring") || target.endsWith("/file");
        } catch (IOException e) {
            return false; // the one that lists
        }
    }

    private Workload marked(AccessMode mode, boolean overwriting) {
        return new Workload(List.of(file), mode, 50, BLOCK, BLOCKS * BLOCK, true, overwriting, 42);
    }

    private static LoadPlan plan(Workload workload, RingUse ring) {
        return new LoadPlan(workload, ring, 1, List.of(), ONCE);
    }

    private static LoadSample run(LoadPlan plan) throws Exception {
        try (FileLoad load = FileLoad.open(plan, () -> false)) {
            return run(load);
        }
    }

    private static LoadSample run(FileLoad load) throws Exception {
        load.begin();
        while (!load.isDone()) {
            Thread.onSpinWait();
        }
        if (load.failure() instanceof IOException failure) {
            throw failure;
        }
        assertThat(load.failure()).isNull();
        return load.sample();
    }

    private void layOut() throws Exception {
        LoadSample ignored = run(plan(marked(AccessMode.READ, false), RING));
    }

    private void change(long position, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int ignored = channel.write(ByteBuffer.wrap(bytes), position);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyModeDoesAsManyAsThereAreBlocksAndFindsAllRight(AccessMode mode) throws Exception {
        LoadSample done = run(plan(marked(mode, false), RING));
        assertThat(done.ios()).isEqualTo(BLOCKS);
        assertThat(done.reads() > 0).isEqualTo(mode.reads());
        assertThat(done.writes() > 0).isEqualTo(mode.writes());
        assertThat(done.readBack() > 0).isEqualTo(mode.writes());
        assertThat(file).hasSize(BLOCKS * BLOCK);
        LoadSample again = run(plan(marked(AccessMode.READ, false), RING));
        assertThat(again.reads()).isEqualTo(BLOCKS);
    }

    @ParameterizedTest
    @EnumSource
    void everyModeWorksDirectlyWithRegisteredFilesAndBuffers(AccessMode mode) throws Exception {
        RingUse ring = RING.withDirect(true).withFixed(true);
        try (FileLoad load = FileLoad.open(plan(marked(mode, false), ring), () -> false)) {
            assertThat(load.plan().ring().fixed()).isTrue();
            assertThat(run(load).ios()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void aThreadOfTheKernelTakesTheEntries() throws Exception {
        RingUse ring = RING.withKernelPolls(true).withFixed(true);
        try (FileLoad load =
                FileLoad.open(plan(marked(AccessMode.MIXED, false), ring), () -> false)) {
            assertThat(load.flags()).contains(SetupFlag.SQPOLL);
            assertThat(run(load).ios()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void pollingOfDevicesIsLeftOutWithASentenceWhereThereIsNone() throws Exception {
        RingUse ring = RING.withDirect(true).withDevicesPolled(true);
        try (FileLoad load =
                FileLoad.open(plan(marked(AccessMode.MIXED, false), ring), () -> false)) {
            boolean polled = load.plan().ring().devicesPolled();
            assertThat(load.notes().isEmpty()).isEqualTo(polled);
            assertThat(load.flags().contains(SetupFlag.IOPOLL)).isEqualTo(polled);
            assertThat(run(load).ios()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void threadsShareFilesAndLimits() throws Exception {
        Path second = folder.resolve("second/file");
        Files.createDirectory(folder.resolve("second"));
        Workload workload =
                new Workload(
                        List.of(file, second),
                        AccessMode.RANDWRITE,
                        0,
                        BLOCK,
                        BLOCKS * BLOCK,
                        true,
                        false,
                        1);
        LoadPlan plan = new LoadPlan(workload, RING, 3, List.of(), new LoadPlan.Limits(0, 1000, 0));
        LoadSample done = run(plan);
        assertThat(done.writes()).isEqualTo(1000);
        assertThat(done.readBack()).isBetween(1L, 2 * BLOCKS);
    }

    @Test
    void smallBatchesAndLargeWaitsDoAllOfIt() throws Exception {
        for (RingUse ring :
                List.of(
                        new RingUse(16, 1, 1, false, false, false, false),
                        new RingUse(16, 5, 16, false, true, false, false),
                        new RingUse(1, 1, 1, false, true, false, false))) {
            assertThat(run(plan(marked(AccessMode.MIXED, true), ring)).ios()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void handsOverAndWaitsInOneCall() throws Exception {
        LoadPlan plan =
                new LoadPlan(
                        marked(AccessMode.RANDREAD, false),
                        RING,
                        1,
                        List.of(),
                        new LoadPlan.Limits(0, 16_000, 0));
        assertThat(run(plan).calls()).isLessThan(16_000 / 2);
    }

    /** Once the compilers have seen it; before, each call of the kernel makes a few objects. */
    @Test
    void allocatesNothingForAReadOrWrite() throws Exception {
        long ios = 200_000;
        LoadPlan plan =
                new LoadPlan(
                        marked(AccessMode.RANDREAD, false),
                        RING.withFixed(true),
                        1,
                        List.of(),
                        new LoadPlan.Limits(0, ios, 0));
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 50 && least > ios / 10; i++) {
            try (FileLoad load = FileLoad.open(plan, () -> false)) {
                assertThat(run(load).ios()).isEqualTo(ios);
                least = Math.min(least, load.allocatedBytes());
            }
        }
        assertThat(least).isLessThanOrEqualTo(ios / 10);
    }

    @Test
    void aChangedByteIsFoundWithFileAndPosition() throws Exception {
        layOut();
        change(5 * BLOCK + 100, (byte) 1, (byte) 2, (byte) 3);
        assertThatIOException()
                .isThrownBy(() -> run(plan(marked(AccessMode.READ, false), RING)))
                .withMessageStartingWith(file + " is wrong at position " + 5 * BLOCK)
                .withMessageContaining("checksum");
    }

    @Test
    void aBlockAtAWrongPlaceIsFound() throws Exception {
        layOut();
        byte[] all = Files.readAllBytes(file);
        System.arraycopy(all, 7 * BLOCK, all, 9 * BLOCK, BLOCK);
        Files.write(file, all);
        assertThatIOException()
                .isThrownBy(() -> run(plan(marked(AccessMode.READ, false), RING)))
                .withMessage(
                        file
                                + " is wrong at position "
                                + 9 * BLOCK
                                + ": found the block of position "
                                + 7 * BLOCK);
    }

    @Test
    void aFileThatIsCutWhileItIsReadIsReported() throws Exception {
        layOut();
        LoadPlan plan =
                new LoadPlan(
                        marked(AccessMode.READ, false),
                        RING,
                        1,
                        List.of(),
                        LoadPlan.Limits.ofNanos(Long.MAX_VALUE));
        try (FileLoad load = FileLoad.open(plan, () -> false)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                FileChannel ignored = channel.truncate(3 * BLOCK + 96);
            }
            assertThatIOException()
                    .isThrownBy(() -> run(load))
                    .withMessageContaining("it was cut while it was read")
                    .withMessageContaining("of 4096 bytes at position");
        }
    }

    @Test
    void stoppingEndsALoadWithoutEnd() throws Exception {
        LoadPlan plan =
                new LoadPlan(
                        marked(AccessMode.MIXED, false),
                        RING,
                        2,
                        List.of(),
                        LoadPlan.Limits.ofNanos(Long.MAX_VALUE));
        try (FileLoad load = FileLoad.open(plan, () -> false)) {
            load.begin();
            while (load.sample().ios() < 1000) {
                Thread.onSpinWait();
            }
            load.stop();
            LoadSample whole = run(load);
            assertThat(whole.ios()).isGreaterThanOrEqualTo(1000);
            assertThat(load.isInterrupted()).isTrue();
            FileReport report = new FileReport(load);
            assertThat(report.json(whole)).contains("\"interrupted\": true");
            assertThat(report.summary(whole))
                    .contains("Interrupted: ")
                    .contains(
                            (load.writtenBlocks() - whole.readBack()) + " written blocks were not");
        }
    }

    @Test
    void closingEndsALoadThatHasNotBegun() throws Exception {
        FileLoad load = FileLoad.open(plan(marked(AccessMode.WRITE, false), RING), () -> false);
        load.close();
        load.close();
        assertThat(load.isDone()).isTrue();
    }

    @Test
    void whoeverAsksEndsTheLayingOutAndTheFileGoesAgain() {
        assertThatIOException()
                .isThrownBy(
                        () ->
                                FileLoad.open(
                                        plan(marked(AccessMode.WRITE, false), RING), () -> true))
                .withMessageContaining("told to end");
        assertThat(file).doesNotExist();
    }

    @Test
    void aPaceIsKept() throws Exception {
        LoadPlan plan =
                new LoadPlan(
                        marked(AccessMode.RANDREAD, false),
                        RING,
                        1,
                        List.of(),
                        new LoadPlan.Limits(0, 50, 500));
        LoadSample done = run(plan);
        assertThat(done.reads()).isEqualTo(50);
        assertThat(done.nanos()).isGreaterThanOrEqualTo(49 * 2_000_000L); // never quicker
    }

    private void refused(Workload workload, RingUse ring, String why) {
        assertThatExceptionOfType(PlanRefused.class)
                .isThrownBy(() -> FileLoad.open(plan(workload, ring), () -> false))
                .withMessageContaining(why);
    }

    @Test
    void anExistingFileIsNotWrittenToUnlessThatIsAllowed() throws Exception {
        Files.writeString(file, "somebody's\n".repeat(1000));
        byte[] before = Files.readAllBytes(file);
        for (AccessMode mode : List.of(AccessMode.WRITE, AccessMode.RANDWRITE, AccessMode.MIXED)) {
            refused(
                    new Workload(List.of(file), mode, 50, BLOCK, 0, true, false, 1),
                    RING,
                    "is there already");
        }
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void overwritingLeavesTheLengthAndWhatIsNoWholeBlock() throws Exception {
        layOut();
        change(BLOCKS * BLOCK, (byte) 'e', (byte) 'n', (byte) 'd');
        Workload workload =
                new Workload(List.of(file), AccessMode.WRITE, 0, BLOCK, 0, true, true, 1);
        assertThat(run(plan(workload, RING)).readBack()).isEqualTo(BLOCKS);
        assertThat(Files.readAllBytes(file))
                .hasSize((int) BLOCKS * BLOCK + 3)
                .endsWith('e', 'n', 'd');
    }

    @Test
    void filesThatCannotBeUsedAreRefused() throws Exception {
        Workload reads = Workload.reading(List.of(file), AccessMode.READ, BLOCK);
        refused(reads, RING, "does not exist; say with --size");
        Files.createFile(file);
        refused(reads, RING, "is empty");
        Files.write(file, new byte[BLOCK]);
        LoadPlan crowded = new LoadPlan(reads, RING, 2, List.of(), ONCE);
        assertThatExceptionOfType(PlanRefused.class)
                .isThrownBy(() -> FileLoad.open(crowded, () -> false))
                .withMessageContaining("has 1 blocks of 4096 bytes, fewer than there are threads");
        Files.write(file, new byte[100]);
        refused(reads, RING, "has 100 bytes, fewer than one block");
        refused(
                new Workload(List.of(file), AccessMode.READ, 0, 64, BLOCK, false, false, 1),
                RING,
                "fewer than --size 4096");
        refused(Workload.reading(List.of(folder), AccessMode.READ, BLOCK), RING, "is a folder");
        refused(
                Workload.reading(List.of(Path.of("/dev/null")), AccessMode.READ, BLOCK),
                RING,
                "neither a file nor a block device");
        refused(
                new Workload(
                        List.of(folder.resolve("no/such")),
                        AccessMode.READ,
                        0,
                        BLOCK,
                        BLOCK,
                        false,
                        false,
                        1),
                RING,
                "The folder of");
    }

    @Test
    void blocksThatTheDeviceDoesNotTakeDirectlyAreRefusedAndTheFileGoesAgain() {
        Workload odd =
                new Workload(List.of(file), AccessMode.READ, 0, 520, 520 * 100, false, false, 1);
        refused(odd, RING.withDirect(true), "takes no blocks of 520 bytes directly");
        assertThat(file).doesNotExist();
    }

    @Test
    void processorsThatAreNotThereAreRefused() {
        assertThatExceptionOfType(PlanRefused.class)
                .isThrownBy(
                        () ->
                                FileLoad.open(
                                        new LoadPlan(
                                                marked(AccessMode.READ, false),
                                                RING,
                                                1,
                                                List.of(4095),
                                                ONCE),
                                        () -> false))
                .withMessageContaining("Processor 4095");
        assertThat(file).doesNotExist();
    }

    @Test
    void filesThatFitOnlyOneByOneAreRefusedBeforeAnyIsLaidOut() throws Exception {
        long size = Files.getFileStore(folder).getUnallocatedSpace() / BLOCK / 2 * BLOCK;
        List<Path> three = List.of(file, folder.resolve("two"), folder.resolve("three"));
        Workload large = new Workload(three, AccessMode.READ, 0, BLOCK, size, false, false, 1);
        refused(large, RING, "free beside the files before it");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tellsHowFarTheLayingOutIs() throws Exception {
        List<Long> told = new ArrayList<>();
        try (FileLoad load =
                FileLoad.open(
                        plan(marked(AccessMode.READ, false), RING),
                        () -> false,
                        (_, bytes) -> told.add(bytes))) {
            assertThat(told).isSorted().endsWith(BLOCKS * BLOCK);
            assertThat(load.isInterrupted()).isFalse();
        }
    }

    @Test
    void moreMemoryThanThereIsIsRefused() {
        Workload huge =
                new Workload(
                        List.of(file),
                        AccessMode.READ,
                        0,
                        Workload.BLOCK_BYTES_MAX,
                        1L << 40,
                        false,
                        false,
                        1);
        refused(huge, RingUse.ofDepth(1024), "bytes of memory");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100_000})
    void depthsThatNoRingHasAreRefused(int depth) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RingUse.ofDepth(depth))
                .withMessageContaining("The depth is 1 to 32768, not " + depth);
    }

    @Test
    void whatContradictsItselfIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RING.withDevicesPolled(true))
                .withMessageContaining("--direct");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RingUse(8, 9, 1, false, false, false, false))
                .withMessageContaining("handed over in one call, not 9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RingUse.ofDepth(20_000).withFixed(true))
                .withMessageContaining("16384");
        for (int bytes : new int[] {0, 60, 100, -4096}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Workload.reading(List.of(file), AccessMode.READ, bytes))
                    .withMessageContaining("multiple of 8 bytes");
        }
    }
}
