package dev.ringroad.nvme.fabrics.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Whatever a controller sends and wherever the stream is cut: nothing is thrown, each command is
 * ended once, no byte outside of a read's memory changes, and what is put out stays what was agreed
 * to.
 *
 * <p>The first byte of the input chooses digests (bits 0 and 1), whether the ICResp is part of the
 * input (bit 2), and into what pieces it is cut (the rest); the others are what the controller
 * sends. A read of 8192 bytes has the identifier 4, a write of 16384 bytes 5, a flush 6.
 */
final class HostConnectionFuzzTest {
    private static final int READ_BYTES = 8192;
    private static final int WRITE_BYTES = 16384;
    private static final int GUARD_BYTES = 4096;
    private static final int READ_ID = 4;
    private static final int WRITE_ID = 5;
    private static final int FLUSH_ID = 6;
    private static final int INITIALIZE_IN_INPUT = 4;
    private static final long TIMEOUT_NANOS = 1_000_000_000L;

    @FuzzTest(maxDuration = "1m")
    void anyController(byte[] input) {
        if (input.length >= 1 && input.length < 100_000) {
            new Attack(input).run();
        }
    }

    @Test
    void aGoodControllerIsUnderstood() {
        for (int options = 0; options < 256; options++) {
            Script script = goodScript(options);
            Attack attack = new Attack(input(options, script.bytes()));
            attack.cuts = script.cuts;
            attack.run();
            assertThat(attack.statuses).containsExactly(0, 0, 0, -1);
            assertThat(attack.memory.get(JAVA_BYTE, GUARD_BYTES + READ_BYTES - 1L))
                    .isEqualTo((byte) 7);
        }
    }

    @Test
    void aStreamThatEndsAnywhereEndsEachCommandOnce() {
        for (int options : new int[] {0, 3, INITIALIZE_IN_INPUT, 8 + 3}) {
            byte[] good = good(options);
            for (int length = 0; length < good.length; length += length < 400 ? 1 : 211) {
                new Attack(input(options, Arrays.copyOf(good, length))).run();
            }
        }
    }

    @Test
    void aLieInAnyByteEndsEachCommandOnce() {
        Random random = new Random(5);
        for (int options : new int[] {0, 1, 2, 3 + INITIALIZE_IN_INPUT}) {
            byte[] good = good(options);
            for (int at = 0; at < good.length; at += isHeader(at, good.length) ? 1 : 997) {
                for (int lie : new int[] {1, 0xFF, random.nextInt(256)}) {
                    byte[] bad = good.clone();
                    bad[at] = (byte) (bad[at] ^ lie);
                    new Attack(input(options, bad)).run();
                }
            }
        }
    }

    /** The beginning and the end are headers; most of the middle is data. */
    private static boolean isHeader(int at, int length) {
        return at < 400 || at > length - 200;
    }

    @Test
    void pdusInAnyOrderEndEachCommandOnce() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            int options = random.nextInt(256) & ~INITIALIZE_IN_INPUT;
            Script script = new Script(options);
            for (int i = random.nextInt(12); i >= 0; i--) {
                script.any(random);
            }
            try {
                new Attack(input(options, script.bytes())).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static byte[] input(int options, byte[] stream) {
        byte[] all = new byte[1 + stream.length];
        all[0] = (byte) options;
        System.arraycopy(stream, 0, all, 1, stream.length);
        return all;
    }

    /** What a controller sends that does everything right. */
    private static byte[] good(int options) {
        return goodScript(options).bytes();
    }

    private static Script goodScript(int options) {
        Script script = new Script(options);
        if ((options & INITIALIZE_IN_INPUT) != 0) {
            script.initialize();
        }
        script.data(READ_ID, 0, 4096, 0);
        script.data(READ_ID, 4096, READ_BYTES - 4096, PduHeader.LAST);
        script.ready(WRITE_ID, 9, 0, 8192);
        script.complete(READ_ID, 0);
        script.ready(WRITE_ID, 10, 8192, 8192);
        script.complete(FLUSH_ID, 0);
        script.complete(WRITE_ID, 0);
        return script;
    }

    private static PduLimits limits(int options) {
        return new PduLimits((options & 1) != 0, (options & 2) != 0, 4, 4, 1 << 20, 8192, 1);
    }

    /** PDUs of a controller, one behind the other. */
    private static final class Script {
        private final PduLimits limits;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /** Where each PDU ends, in the input. */
        final List<Integer> cuts = new ArrayList<>();

        Script(int options) {
            limits = limits(options);
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private void put(MemorySegment pdu, int headerBytes, int size) {
            if (limits.headerDigest()) {
                int digest = new PduDigest().of(pdu.asByteBuffer(), 0, headerBytes);
                LittleEndian.u32(pdu, headerBytes, digest);
            }
            out.writeBytes(pdu.asSlice(0, size).toArray(JAVA_BYTE));
            cuts.add(1 + out.size());
        }

        void initialize() {
            MemorySegment pdu = MemorySegment.ofArray(new byte[InitializePdu.BYTES]);
            InitializePdu.writeResponse(
                    pdu, 0, 4, limits.headerDigest(), limits.dataDigest(), 8192);
            out.writeBytes(pdu.toArray(JAVA_BYTE));
            cuts.add(1 + out.size());
        }

        void data(int id, int offset, int bytes, int flags) {
            MemorySegment pdu = MemorySegment.ofArray(new byte[64 + bytes]);
            int size = DataPdu.writeControllerData(pdu, 0, limits, flags, id, offset, bytes);
            int at = PduHeader.dataOffset(pdu, 0);
            pdu.asSlice(at, bytes).fill((byte) 7);
            if (limits.dataDigest()) {
                LittleEndian.u32(
                        pdu, at + bytes, new PduDigest().of(pdu.asByteBuffer(), at, bytes));
            }
            put(pdu, DataPdu.HEADER_BYTES, size);
        }

        void ready(int id, int tag, int offset, int bytes) {
            MemorySegment pdu = MemorySegment.ofArray(new byte[64]);
            put(pdu, ReadyPdu.BYTES, ReadyPdu.write(pdu, 0, limits, id, tag, offset, bytes));
        }

        void complete(int id, int status) {
            MemorySegment pdu = MemorySegment.ofArray(new byte[64]);
            int size = CapsulePdu.writeResponseHeader(pdu, 0, limits);
            CompletionEntry.encode(pdu, CapsulePdu.COMPLETION, 0, 0, 1, id, status, 0);
            put(pdu, CapsulePdu.RESPONSE_HEADER_BYTES, size);
        }

        void any(Random random) {
            int id = random.nextInt(10) == 0 ? random.nextInt(65536) : 4 + random.nextInt(4);
            int offset = random.nextInt(6) * 4096;
            int bytes = 4 * (1 + random.nextInt(2049));
            switch (random.nextInt(6)) {
                case 0, 1 ->
                        data(id, random.nextBoolean() ? 0 : offset, bytes, random.nextInt(4) << 2);
                case 2, 3 -> ready(id, random.nextInt(4), random.nextBoolean() ? 0 : offset, bytes);
                case 4 -> complete(id, random.nextInt(3) == 0 ? NvmeStatus.UNRECOVERED_READ : 0);
                default -> {
                    if (random.nextBoolean()) {
                        initialize();
                    } else {
                        byte[] end = new byte[TerminatePdu.HEADER_BYTES];
                        PduHeader.write(MemorySegment.ofArray(end), 0, 3, 0, 24, 0, 24);
                        out.writeBytes(end);
                    }
                }
            }
        }
    }

    /** One connection, and what is done to it. */
    private static final class Attack implements ExchangeOwner {
        final int[] statuses = {-1, -1, -1, -1};
        final MemorySegment memory =
                Arena.ofAuto().allocate(2L * GUARD_BYTES + READ_BYTES, Long.BYTES);
        private final MemorySegment source = Arena.ofAuto().allocate(WRITE_BYTES, Long.BYTES);
        private final byte[] input;
        private final int options;
        private final HostConnection connection;
        private long putOut;

        /** Where the controller waits for an answer before it goes on. */
        List<Integer> cuts = List.of();

        Attack(byte[] input) {
            this.input = input;
            options = input[0] & 0xFF;
            connection =
                    new HostConnection(
                            4, 4096, (options & 1) != 0, (options & 2) != 0, TIMEOUT_NANOS);
            memory.fill((byte) 0x5A);
        }

        void run() {
            give(IoOpcode.READ, memory, GUARD_BYTES, READ_BYTES, true);
            give(IoOpcode.WRITE, source, 0, WRITE_BYTES, false);
            give(IoOpcode.FLUSH, MemorySegment.NULL, 0, 0, false);
            takeOut();
            if ((options & INITIALIZE_IN_INPUT) == 0) {
                Script script = new Script(options);
                script.initialize();
                feed(script.bytes(), 0, InitializePdu.BYTES, InitializePdu.BYTES);
            }
            int piece = options >>> 3 == 0 ? input.length : 1 + (options >>> 3) * 37;
            int from = 1;
            for (int cut : cuts) {
                feed(input, from, cut, piece);
                from = cut;
            }
            feed(input, from, input.length, piece);
            connection.fail("the stream has ended");
            connection.abandon(0);
            connection.abandon(0);
            assertThat(connection.exchanges().activeCount()).isZero();
            assertThat(statuses[0]).isNotEqualTo(-1);
            assertThat(statuses[1]).isNotEqualTo(-1);
            assertThat(statuses[2]).isNotEqualTo(-1);
            checkGuards();
            // ICReq, three capsules, all of the write's data in pieces of 4 bytes at worst.
            assertThat(putOut).isLessThan(8L * WRITE_BYTES);
        }

        private void give(int opcode, MemorySegment data, int offset, int bytes, boolean reads) {
            Exchange exchange = connection.exchanges().acquire(this);
            if (exchange == null) {
                throw new AssertionError("no exchange");
            }
            SubmissionEntry.begin(
                    connection.exchanges().entries(),
                    connection.exchanges().entryAt(exchange),
                    opcode,
                    0,
                    1);
            exchange.data(data, offset, bytes, reads);
            connection.submit(exchange, 0);
        }

        private void takeOut() {
            connection.fill();
            while (connection.output().size() > 0) {
                int some = Math.min(connection.output().size(), 5000);
                putOut += some;
                connection.output().written(some);
                connection.fill();
            }
        }

        private void feed(byte[] stream, int from, int to, int piece) {
            int at = from;
            while (at < to && !connection.hasFailed()) {
                PduInput in = connection.input();
                int count = Math.min(Math.min(piece, to - at), in.room());
                assertThat(count).isPositive();
                MemorySegment.copy(stream, at, in.bytes(), JAVA_BYTE, in.tail(), count);
                connection.arrived(count);
                at += count;
                takeOut();
            }
        }

        private void checkGuards() {
            byte[] all = memory.toArray(JAVA_BYTE);
            for (int i = 0; i < GUARD_BYTES; i++) {
                assertThat(all[i]).isEqualTo((byte) 0x5A);
                assertThat(all[GUARD_BYTES + READ_BYTES + i]).isEqualTo((byte) 0x5A);
            }
        }

        @Override
        public void done(Exchange exchange, int status, long result) {
            assertThat(statuses[exchange.index]).isEqualTo(-1);
            statuses[exchange.index] = status;
        }
    }
}
