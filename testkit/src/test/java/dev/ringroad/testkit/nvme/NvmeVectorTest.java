package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.DataVector;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.IoOpcode;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Commands whose data are in several pieces of memory, with QEMU's model. */
final class NvmeVectorTest {
    private static final int PAGE = 4096;
    private static final int BLOCK = 512;
    private static final int MEMORIES = 4;
    private static final int MEMORY_BYTES = 16 * PAGE;

    @TempDir private Path folder;

    private final List<DmaMemory> memories = new ArrayList<>();
    private @Nullable NvmeLab started;
    private @Nullable NvmeNamespace identified;

    private interface Work {
        void with() throws IOException;
    }

    private void run(boolean lists, Work work) throws IOException {
        try (NvmeLab own =
                NvmeLab.start(
                        NvmeConfig.standard().scatterGatherLists(lists),
                        QueuePairConfig.polled(4),
                        DriveShape.ORDINARY.arguments(folder))) {
            started = own;
            identified = own.namespace(1);
            for (int i = 0; i < MEMORIES; i++) {
                memories.add(own.memory(MEMORY_BYTES));
            }
            work.with();
            memories.forEach(DmaMemory::close);
        }
    }

    private NvmeLab lab() {
        return Objects.requireNonNull(started);
    }

    private NvmeNamespace namespace() {
        return Objects.requireNonNull(identified);
    }

    private int transfer(int opcode, DataVector data) {
        int blocks = (int) (data.byteSize() / BLOCK);
        return lab().queue().transfer(1, opcode, namespace(), 100, blocks, data, 0, 0);
    }

    /** A piece, as memory, offset and bytes. */
    private record Piece(int memory, int offset, int bytes) {}

    private DataVector vectorOf(List<Piece> pieces) {
        DataVector vector = new DataVector(pieces.size());
        for (Piece piece : pieces) {
            vector.add(memories.get(piece.memory), piece.offset, piece.bytes);
        }
        return vector;
    }

    private byte[] content(List<Piece> pieces) {
        byte[] all = new byte[pieces.stream().mapToInt(Piece::bytes).sum()];
        int at = 0;
        for (Piece piece : pieces) {
            byte[] part =
                    memories.get(piece.memory)
                            .segment()
                            .asSlice(piece.offset, piece.bytes)
                            .toArray(JAVA_BYTE);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Gathers what is written, and scatters what is read into pieces of another order. */
    private void goesRound(List<Piece> out, List<Piece> in) {
        for (int i = 0; i < MEMORIES; i++) {
            NvmeLab.fillRandomly(memories.get(i).segment(), i);
        }
        byte[] written = content(out);
        assertThat(lab().await(transfer(IoOpcode.WRITE, vectorOf(out)))).as("%s", out).isZero();
        memories.forEach(memory -> memory.segment().fill((byte) 0));
        assertThat(lab().await(transfer(IoOpcode.READ, vectorOf(in)))).as("%s", in).isZero();
        assertThat(content(in)).as("%s", in).isEqualTo(written);
        long elsewhere =
                memories.stream()
                        .mapToLong(memory -> nonZero(memory.segment().toArray(JAVA_BYTE)))
                        .sum();
        assertThat(elsewhere).as("bytes that were touched").isEqualTo(nonZero(written));
    }

    private static long nonZero(byte[] bytes) {
        long count = 0;
        for (byte each : bytes) {
            count += each == 0 ? 0 : 1;
        }
        return count;
    }

    @Test
    void piecesOfAnyLengthAndPlaceAreTransferredByLists() throws IOException {
        run(
                true,
                () -> {
                    goesRound(
                            List.of(new Piece(0, 5, 700), new Piece(3, 4000, 324)),
                            List.of(new Piece(2, 1, 1), new Piece(1, 77, 1023)));
                    Random random = new Random(5);
                    for (int round = 0; round < 20; round++) {
                        int blocks = 1 + random.nextInt(24);
                        goesRound(randomPieces(random, blocks), randomPieces(random, blocks));
                    }
                });
    }

    /** Each in a quarter of a memory that no other piece has. */
    private static List<Piece> randomPieces(Random random, int blocks) {
        List<Integer> quarters = new ArrayList<>();
        for (int i = 0; i < 4 * MEMORIES; i++) {
            quarters.add(i);
        }
        Collections.shuffle(quarters, random);
        int count = 1 + random.nextInt(quarters.size());
        List<Piece> pieces = new ArrayList<>();
        int left = blocks * BLOCK;
        for (int i = 0; i < count; i++) {
            int after = count - 1 - i;
            int bytes = after == 0 ? left : 1 + random.nextInt(left - after);
            int begin = quarters.get(i) / MEMORIES * (MEMORY_BYTES / 4);
            int offset = begin + random.nextInt(PAGE);
            pieces.add(new Piece(quarters.get(i) % MEMORIES, offset, bytes));
            left -= bytes;
        }
        return pieces;
    }

    @Test
    void pagesOfSeveralMemoriesAreTransferredByPages() throws IOException {
        run(
                false,
                () -> {
                    // Two pages, of which the first is entered late and the last left early.
                    goesRound(
                            List.of(new Piece(2, PAGE - 512, 512), new Piece(0, PAGE, 1024)),
                            List.of(new Piece(1, 4, 1536)));
                    // A list, with pieces of one page and of several.
                    List<Piece> out =
                            List.of(
                                    new Piece(3, 512, 2 * PAGE - 512),
                                    new Piece(0, 4 * PAGE, PAGE),
                                    new Piece(2, 0, 3 * PAGE),
                                    new Piece(0, PAGE, 512));
                    goesRound(out, List.of(new Piece(1, PAGE, 6 * PAGE)));
                    goesRound(List.of(new Piece(1, PAGE, 6 * PAGE)), out);
                });
    }

    @Test
    void piecesThatLieOnNoPagesNeedLists() throws IOException {
        run(
                false,
                () -> {
                    int write = IoOpcode.WRITE;
                    List<Piece> leftEarly = List.of(new Piece(0, 0, 512), new Piece(1, 0, 512));
                    assertThat(transfer(write, vectorOf(leftEarly)))
                            .isEqualTo(Refusal.TOO_SCATTERED);
                    List<Piece> enteredLate = List.of(new Piece(0, 0, PAGE), new Piece(1, 4, 512));
                    assertThat(transfer(write, vectorOf(enteredLate)))
                            .isEqualTo(Refusal.TOO_SCATTERED);
                    List<Piece> odd = List.of(new Piece(0, 2, PAGE - 2), new Piece(1, 0, 514));
                    assertThat(transfer(write, vectorOf(odd))).isEqualTo(Refusal.MISALIGNED);
                    assertThat(lab().queue().outstanding()).isZero();
                    goesRound(List.of(new Piece(0, 0, 512)), List.of(new Piece(3, 1024, 512)));
                });
    }

    @Test
    void aVectorIsAsLongAsTheBlocks() throws IOException {
        run(
                true,
                () -> {
                    DataVector vector = new DataVector(2).add(memories.get(0), 0, 1000);
                    assertThat(
                                    lab().queue()
                                            .transfer(
                                                    1,
                                                    IoOpcode.READ,
                                                    namespace(),
                                                    0,
                                                    2,
                                                    vector,
                                                    0,
                                                    0))
                            .isEqualTo(Refusal.MEMORY_TOO_SMALL);
                    vector.add(memories.get(1), 0, 1000);
                    memories.get(1).segment().fill((byte) 7);
                    int refusal =
                            lab().queue()
                                    .transfer(1, IoOpcode.READ, namespace(), 0, 2, vector, 0, 0);
                    assertThat(lab().await(refusal)).isZero();
                    byte[] second = memories.get(1).segment().toArray(JAVA_BYTE);
                    assertThat(Arrays.copyOf(second, 24)).containsOnly(0);
                    assertThat(Arrays.copyOfRange(second, 24, 1000)).containsOnly(7);
                    long end = namespace().blocks();
                    assertThat(
                                    lab().queue()
                                            .transfer(
                                                    1,
                                                    IoOpcode.READ,
                                                    namespace(),
                                                    end,
                                                    1,
                                                    vector,
                                                    0,
                                                    0))
                            .isEqualTo(Refusal.OUT_OF_RANGE);
                });
    }

    @Test
    void aVectorIsFilledAnewWhileItsCommandIsUnderWay() throws IOException {
        run(
                true,
                () -> {
                    DataVector vector = new DataVector(2);
                    for (int i = 0; i < 4; i++) {
                        memories.get(i).segment().fill((byte) (i + 1));
                        vector.clear().add(memories.get(i), 3, 200).add(memories.get(i), 5000, 312);
                        assertThat(
                                        lab().queue()
                                                .transfer(
                                                        i,
                                                        IoOpcode.WRITE,
                                                        namespace(),
                                                        i,
                                                        1,
                                                        vector,
                                                        0,
                                                        0))
                                .isZero();
                    }
                    assertThat(
                                    lab().queue()
                                            .transfer(
                                                    9,
                                                    IoOpcode.READ,
                                                    namespace(),
                                                    0,
                                                    1,
                                                    vector,
                                                    0,
                                                    0))
                            .isEqualTo(Refusal.FULL);
                    while (lab().queue().outstanding() > 0) {
                        int ignored = lab().queue().poll(System.nanoTime());
                    }
                    assertThat(
                                    lab().await(
                                                    lab().queue()
                                                            .read(
                                                                    1,
                                                                    namespace(),
                                                                    0,
                                                                    4,
                                                                    memories.get(0),
                                                                    0)))
                            .isZero();
                    byte[] found = memories.get(0).segment().toArray(JAVA_BYTE);
                    for (int i = 0; i < 4; i++) {
                        assertThat(Arrays.copyOfRange(found, i * 512, i * 512 + 512))
                                .containsOnly(i + 1);
                    }
                });
    }
}
