package dev.ringroad.testkit.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.bench.Json;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.Fault;
import dev.ringroad.nvme.block.FaultDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;
import dev.ringroad.nvme.block.file.FileOptions.Ring;
import dev.ringroad.nvme.block.gpt.Partition;
import dev.ringroad.nvme.block.gpt.PartitionTable;
import dev.ringroad.testkit.lab.Requirement;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Our partition tables and those of {@code sfdisk} and {@code fdisk}. */
final class SfdiskTest {
    private static final long BYTES = 16 << 20;
    private static final long LAST = BYTES / 512 - 1;
    private static final UUID EFI = UUID.fromString("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    private static final UUID DISK = UUID.fromString("7a5c2f0e-1111-4222-8333-444455556666");
    private static final String SCRIPT =
            """
            label: gpt
            label-id: 7A5C2F0E-1111-4222-8333-444455556666
            1 : size=1MiB, type=uefi, name="EFI system"
            2 : size=2MiB, type=linux, name="größer ü", uuid=01234567-89AB-4CDE-8F01-23456789ABCD
            5 : size=3MiB, type=swap, attrs="RequiredPartition,GUID:63"
            7 : type=linux, name="a name of thirty-six characters here"
            """;

    @TempDir private Path folder;
    private Path image;

    @BeforeEach
    void makeImage() throws IOException {
        Requirement.programs("fdisk", "sfdisk", "fdisk");
        image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
    }

    private String run(String input, String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(words));
        line.set(0, "/usr/sbin/" + words[0]);
        Path typed = Files.writeString(folder.resolve("typed"), input);
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("LC_ALL", "C.UTF-8");
        int code =
                builder.redirectInput(typed.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve("err").toFile())
                        .start()
                        .waitFor();
        String printed = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(code)
                .as("%s: %s %s", line, printed, Files.readString(folder.resolve("err")))
                .isZero();
        return printed;
    }

    private String disk() {
        return image.toString();
    }

    private BlockDevice open(int blockBytes) throws IOException {
        return FileBlocks.open(image, new FileOptions(blockBytes, 0, false, false, Ring.IF_THERE));
    }

    private PartitionTable ours(int blockBytes) throws IOException {
        try (BlockDevice device = open(blockBytes)) {
            return PartitionTable.read(device);
        }
    }

    private void zero(long block) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(block * 512);
            file.write(new byte[512]);
        }
    }

    /** What sfdisk finds, as ours would put it. */
    private PartitionTable theirs() throws IOException, InterruptedException {
        Map<?, ?> whole = map(Json.parse(run("", "sfdisk", "--json", disk())));
        Map<?, ?> table = map(whole.get("partitiontable"));
        assertThat(table.get("label")).isEqualTo("gpt");
        List<Partition> partitions = new ArrayList<>();
        List<?> listed = (List<?>) Objects.requireNonNull(table.get("partitions"));
        for (Object each : listed) {
            partitions.add(partition(map(each)));
        }
        return new PartitionTable(
                uuid(table, "id"),
                number(table, "firstlba"),
                number(table, "lastlba"),
                partitions,
                List.of());
    }

    private Partition partition(Map<?, ?> entry) {
        String node = (String) Objects.requireNonNull(entry.get("node"));
        long start = number(entry, "start");
        Object name = entry.get("name");
        Object attributes = entry.get("attrs");
        return new Partition(
                Integer.parseInt(node.substring(disk().length())),
                uuid(entry, "type"),
                uuid(entry, "uuid"),
                start,
                start + number(entry, "size") - 1,
                "RequiredPartition GUID:63".equals(attributes) ? 1 | 1L << 63 : 0,
                name == null ? "" : (String) name);
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) Objects.requireNonNull(value);
    }

    private static long number(Map<?, ?> object, String key) {
        return ((Double) Objects.requireNonNull(object.get(key))).longValue();
    }

    private static UUID uuid(Map<?, ?> object, String key) {
        return UUID.fromString((String) Objects.requireNonNull(object.get(key)));
    }

    @Test
    void weReadWhatSfdiskWrites() throws Exception {
        run(SCRIPT, "sfdisk", disk());
        PartitionTable ours = ours(512);
        assertThat(ours).isEqualTo(theirs());
        assertThat(ours.disk()).isEqualTo(DISK);
        assertThat(ours.partitions()).extracting(Partition::number).containsExactly(1, 2, 5, 7);
        assertThat(ours.partitions().getFirst().type()).isEqualTo(EFI);
        assertThat(ours.partitions().get(1).name()).isEqualTo("größer ü");
        assertThat(ours.partitions().get(2).attributes()).isEqualTo(1 | 1L << 63);
    }

    @Test
    void weReadALongTable() throws Exception {
        run("table-length: 1024\n" + SCRIPT, "sfdisk", disk());
        assertThat(ours(512)).isEqualTo(theirs());
        assertThat(ours(512).firstUsable()).isGreaterThanOrEqualTo(2 + 1024 * 128 / 512);
    }

    @Test
    void weReadTheBackupOfSfdiskAndMendItsTable() throws Exception {
        run(SCRIPT, "sfdisk", disk());
        PartitionTable whole = theirs();
        for (long damaged : new long[] {1, 2, LAST, LAST - 32}) {
            zero(damaged);
            PartitionTable read = ours(512);
            assertThat(read.partitions()).isEqualTo(whole.partitions());
            assertThat(read.notes())
                    .singleElement()
                    .asString()
                    .contains(damaged > 2 ? "The backup of the table is damaged" : "in block 1");
            try (BlockDevice device = open(512)) {
                read.write(device);
            }
            assertThat(run("", "sfdisk", "--verify", disk())).contains("No errors detected");
            assertThat(ours(512)).isEqualTo(whole).isEqualTo(theirs());
        }
    }

    @Test
    void sfdiskReadsWhatWeWriteAlsoFromTheBackup() throws Exception {
        try (BlockDevice device = open(512)) {
            PartitionTable.plan(
                            device.geometry(),
                            DISK,
                            List.of(
                                    new PartitionTable.Wanted("boot", EFI, 1 << 20),
                                    new PartitionTable.Wanted("größer", Partition.LINUX_DATA, 0)))
                    .write(device);
        }
        assertThat(run("", "sfdisk", "--verify", disk())).contains("No errors detected");
        assertThat(theirs()).isEqualTo(ours(512));
        zero(1);
        assertThat(theirs().partitions()).isEqualTo(ours(512).partitions()).hasSize(2);
    }

    @Test
    void weReadTheBackupWhenTheFirstTableCannotBeRead() throws Exception {
        run(SCRIPT, "sfdisk", disk());
        try (BlockDevice device = open(512)) {
            FaultDevice faults = new FaultDevice("faults", device);
            faults.set(Fault.fail(BlockStatus.MEDIA_ERROR).at(0, 3));
            PartitionTable read = PartitionTable.read(faults);
            assertThat(read.partitions()).isEqualTo(theirs().partitions());
            assertThat(read.notes()).anyMatch(note -> note.contains("it cannot be read"));
            faults.set(Fault.fail(BlockStatus.MEDIA_ERROR));
            assertThatThrownBy(() -> PartitionTable.read(faults))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be read: the medium failed");
        }
    }

    @Test
    void aDeviceThatHasGrownKeepsItsTable() throws Exception {
        run(SCRIPT, "sfdisk", disk());
        PartitionTable whole = theirs();
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(2 * BYTES);
        }
        PartitionTable read = ours(512);
        assertThat(read.partitions()).isEqualTo(whole.partitions());
        assertThat(read.notes())
                .containsExactly(
                        "The backup of the table is said to be at block "
                                + LAST
                                + ", not at the end");
    }

    @Test
    void blocksOf4096BytesAreRead() throws Exception {
        run("g\nn\n1\n\n+1M\nn\n2\n\n\nx\nn\n1\nfirst\nr\nw\n", "fdisk", "-b", "4096", disk());
        PartitionTable ours = ours(4096);
        String listed =
                run("", "fdisk", "-b", "4096", "-l", "-o", "Start,End,Type-UUID,UUID", disk());
        for (Partition each : ours.partitions()) {
            assertThat(listed.toLowerCase(java.util.Locale.ROOT))
                    .containsPattern(
                            "(?m)^ *%d +%d +%s +%s *$"
                                    .formatted(
                                            each.firstBlock(),
                                            each.lastBlock(),
                                            each.type(),
                                            each.id()));
        }
        assertThat(ours.partitions()).extracting(Partition::name).containsExactly("first", "");
        assertThat(ours.notes()).isEmpty();
        assertThatThrownBy(() -> ours(512))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is one for blocks of 4096 bytes, so say block=4096");
        run(SCRIPT, "sfdisk", "--wipe", "always", disk());
        assertThatThrownBy(() -> ours(4096))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is one for blocks of 512 bytes");
    }

    @Test
    void partitionsAreWhereTheTableSays() throws Exception {
        run(SCRIPT, "sfdisk", disk());
        try (BlockDevice device = open(512);
                BlockDevice part = PartitionTable.read(device).open("two", device, 2);
                BlockClient client = BlockClient.open(part)) {
            assertThat(part.geometry().byteSize()).isEqualTo(2 << 20);
            client.writeZeroes(0, part.geometry().blocks());
            client.flush();
        }
        assertThat(run("", "sfdisk", "--verify", disk())).contains("No errors detected");
    }

    @Test
    void anotherKindOfTableIsNone() throws Exception {
        run("label: dos\n1 : size=1MiB\n", "sfdisk", disk());
        assertThatThrownBy(() -> ours(512))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no partition table")
                .hasMessageContaining("EFI PART");
    }
}
