package dev.ringroad.nvme.fabrics.transport;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ringroad.core.linux.PollSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** What both kinds of streams do. */
@Timeout(60)
final class StreamProviderTest {
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    static List<StreamProvider> providers() {
        return List.of(KernelStreams.INSTANCE, ChannelStreams.INSTANCE);
    }

    private record Pair(StreamListener listener, ByteStream near, ByteStream far)
            implements AutoCloseable {
        static Pair make(StreamProvider provider) throws IOException {
            StreamListener listener = provider.listen(ANY_PORT, 4);
            ByteStream near = provider.connect(listener.localAddress());
            ByteStream far = null;
            while (far == null || near.connect() == 0) {
                far = far == null ? listener.accept() : far;
                Thread.onSpinWait();
            }
            assertThat(near.connect()).isEqualTo(1);
            return new Pair(listener, near, far);
        }

        @Override
        public void close() {
            near.close();
            far.close();
            listener.close();
        }
    }

    private static int readSome(ByteStream from, MemorySegment into) {
        int read;
        while ((read = from.read(into, 0, (int) into.byteSize())) == 0) {
            Thread.onSpinWait();
        }
        return read;
    }

    @ParameterizedTest
    @MethodSource("providers")
    void bytesArriveAsTheyWereWritten(StreamProvider provider) throws IOException {
        try (Pair pair = Pair.make(provider)) {
            MemorySegment memory = Arena.ofAuto().allocate(64, 8);
            memory.set(JAVA_LONG_UNALIGNED, 8, 0x1122334455667788L);
            assertThat(pair.near().write(memory, 8, 8)).isEqualTo(8);
            MemorySegment read = Arena.ofAuto().allocate(64, 8);
            assertThat(readSome(pair.far(), read)).isEqualTo(8);
            assertThat(read.get(JAVA_LONG_UNALIGNED, 0)).isEqualTo(0x1122334455667788L);
            assertThat(pair.far().read(read, 0, 64)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aSlowReaderLeavesTheWriterItsBytes(StreamProvider provider) throws IOException {
        try (Pair pair = Pair.make(provider)) {
            MemorySegment memory = Arena.ofAuto().allocate(1 << 20, 8);
            long written = 0;
            int taken;
            while ((taken = pair.near().write(memory, 0, 1 << 20)) > 0) {
                written += taken;
            }
            assertThat(taken).isZero();
            while (written > 0) {
                written -= readSome(pair.far(), memory);
            }
            assertThat(written).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void theEndOfAPeerIsTold(StreamProvider provider) throws IOException {
        try (Pair pair = Pair.make(provider)) {
            pair.near().close();
            assertThat(readSome(pair.far(), Arena.ofAuto().allocate(64)))
                    .isEqualTo(ByteStream.ENDED);
            assertThat(pair.far().trouble()).contains("closed");
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aPortWhereNobodyListensIsToldByConnect(StreamProvider provider) throws IOException {
        InetSocketAddress nobody;
        try (StreamListener listener = provider.listen(ANY_PORT, 1)) {
            nobody = listener.localAddress();
        }
        try (ByteStream stream = provider.connect(nobody)) {
            int connected;
            while ((connected = stream.connect()) == 0) {
                Thread.onSpinWait();
            }
            assertThat(connected).isEqualTo(ByteStream.FAILED);
            assertThat(stream.trouble()).containsIgnoringCase("refused");
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aSleeperWakesForAConnectionAndForBytes(StreamProvider provider) throws IOException {
        try (StreamListener listener = provider.listen(ANY_PORT, 4);
                PollSet wake = new PollSet(1);
                ByteStream near = provider.connect(listener.localAddress())) {
            @Nullable ByteStream far = null;
            while (far == null) {
                wake.clear();
                assertThat(listener.prepareSleep(wake)).isTrue();
                wake.poll(-1);
                listener.wakeUp();
                far = listener.accept();
            }
            while (near.connect() == 0) {
                sleep(near, wake);
            }
            MemorySegment memory = Arena.ofAuto().allocate(8);
            for (int i = 0; i < 3; i++) {
                assertThat(near.write(memory, 0, 8)).isEqualTo(8);
                int read;
                while ((read = far.read(memory, 0, 8)) == 0) {
                    sleep(far, wake);
                }
                assertThat(read).isEqualTo(8);
            }
            far.close();
        }
    }

    private static void sleep(ByteStream stream, PollSet wake) {
        wake.clear();
        assertThat(stream.prepareSleep(wake, false)).isTrue();
        int ignored = wake.poll(-1);
        stream.wakeUp();
    }
}
