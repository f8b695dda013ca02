package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Whatever is done to a file, directly or through the cache, it is what the JDK makes of it. */
class FilePropertyTest {
    private static UringFiles files;
    private static Path directory;

    /** What is done. */
    private enum Kind {
        READ,
        WRITE,
        TRUNCATE,
        RELATIVE_WRITE,
        POSITION
    }

    private record Step(Kind kind, int position, int bytes) {}

    @BeforeContainer
    static void start() throws Exception {
        files = UringFiles.start(new FilesConfig(4, 4096, Long.MAX_VALUE));
        directory = Files.createTempDirectory("ringroad");
    }

    @AfterContainer
    static void stop() throws Exception {
        files.close();
        Files.delete(directory);
    }

    @Property(tries = 150)
    void contentsAreEqual(@ForAll("steps") List<Step> steps) throws Exception {
        Path model = directory.resolve("model");
        Path cached = directory.resolve("cached");
        Path direct = directory.resolve("direct");
        try (FileChannel jdk = FileChannel.open(model, READ, WRITE, CREATE_NEW);
                FileChannel ours = UringFileChannel.open(files, cached, READ, WRITE, CREATE_NEW);
                FileChannel past =
                        UringFileChannel.open(
                                files, direct, READ, WRITE, CREATE_NEW, UringOption.DIRECT)) {
            for (Step step : steps) {
                Object expected = apply(step, jdk);
                assertThat(apply(step, ours)).isEqualTo(expected);
                assertThat(apply(step, past)).isEqualTo(expected);
            }
            assertThat(ours.position()).isEqualTo(jdk.position());
            assertThat(past.position()).isEqualTo(jdk.position());
            assertThat(cached).hasSameBinaryContentAs(model);
            assertThat(direct).hasSameBinaryContentAs(model);
        } finally {
            for (Path path : List.of(model, cached, direct)) {
                Files.delete(path);
            }
        }
    }

    private static Object apply(Step step, FileChannel channel) throws IOException {
        byte[] bytes = new byte[step.bytes];
        return switch (step.kind) {
            case READ -> {
                int read = channel.read(ByteBuffer.wrap(bytes), step.position);
                yield List.of(read, Arrays.hashCode(bytes));
            }
            case WRITE -> {
                new Random(step.bytes).nextBytes(bytes);
                yield channel.write(ByteBuffer.wrap(bytes), step.position);
            }
            case RELATIVE_WRITE -> {
                new Random(step.position).nextBytes(bytes);
                yield channel.write(ByteBuffer.wrap(bytes));
            }
            case POSITION -> channel.position(step.position).position();
            case TRUNCATE -> channel.truncate(step.position).size();
        };
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> places =
                Arbitraries.oneOf(
                        Arbitraries.integers().between(0, 40_000),
                        Arbitraries.of(0, 511, 512, 4095, 4096, 4097, 8192, 16384));
        Arbitrary<Integer> sizes =
                Arbitraries.oneOf(
                        Arbitraries.integers().between(0, 20_000),
                        Arbitraries.of(0, 1, 512, 4096, 8192));
        return Combinators.combine(Arbitraries.of(Kind.class), places, sizes)
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(30);
    }
}
