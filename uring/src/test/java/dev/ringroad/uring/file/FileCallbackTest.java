package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.UringBuffer;
import dev.ringroad.uring.UringBuffers;
import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringLoop;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Callbacks on the loop's own thread, which here is the test's. */
@Timeout(60)
final class FileCallbackTest {
    private static final int PAGE = 4096;

    @TempDir private Path directory;
    private UringLoop loop;
    private UringFiles files;
    private UringBuffers buffers;
    private int result;
    private int completions;
    private final CompletionHandler keeper =
            (token, answer, flags) -> {
                result = answer;
                completions++;
            };

    @BeforeEach
    void start() throws Exception {
        loop = UringLoop.open(UringConfig.of(8), 16);
        files = UringFiles.on(loop, new FilesConfig(2, PAGE, Long.MAX_VALUE));
        buffers = loop.allocateBuffers(4, 2 * PAGE, Placement.ordinary());
    }

    @AfterEach
    void stop() throws Exception {
        Object ignored =
                elsewhere(
                        () -> {
                            files.close();
                            return this;
                        });
        assertThat(loop.strayCompletions()).isZero();
        loop.close();
    }

    /** Runs what waits on another thread, while this one is the loop. */
    private <T> T elsewhere(Callable<T> call) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        answer.complete(call.call());
                                    } catch (Exception e) {
                                        answer.completeExceptionally(e);
                                    }
                                });
        while (!answer.isDone()) {
            int ignored = loop.poll(0);
        }
        thread.join();
        return answer.get();
    }

    private int completed() {
        int before = completions;
        while (completions == before) {
            int ignored = loop.poll(0);
        }
        return result;
    }

    @Test
    void buffersGoToTheFileAndBackWithoutACopy() throws Exception {
        UringFile file = elsewhere(() -> files.open(directory.resolve("f"), READ, WRITE, CREATE));
        UringBuffer buffer = buffers.acquire();
        buffer.segment().asSlice(0, PAGE).fill((byte) 5);
        assertThat(file.write(buffer, 0, PAGE, 100, keeper, 1)).isTrue();
        assertThat(buffer.isLent()).isTrue();
        assertThat(completed()).isEqualTo(PAGE);
        assertThat(file.force(false, keeper, 2)).isTrue();
        assertThat(completed()).isZero();
        assertThat(file.read(buffer, PAGE, PAGE, 99, keeper, 3)).isTrue();
        assertThat(completed()).isEqualTo(PAGE);
        assertThat(buffer.segment().get(JAVA_BYTE, PAGE)).isZero();
        assertThat(buffer.segment().get(JAVA_BYTE, PAGE + 1)).isEqualTo((byte) 5);
        assertThat(file.read(buffer, 0, PAGE, 1 << 20, keeper, 4)).isTrue();
        assertThat(completed()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> file.read(buffer, 0, PAGE, -1, keeper, 5));
        assertThatThrownBy(() -> file.read(buffer, PAGE, PAGE + 1, 0, keeper, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(loop.inFlight()).isZero();
        buffer.release();
    }

    @Test
    void noRoomIsSaidAndNothingBegun() throws Exception {
        Path path = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
        UringFile pipe = elsewhere(() -> files.open(path, READ, WRITE));
        UringBuffer buffer = buffers.acquire();
        int begun = 0;
        while (pipe.read(buffer, begun, 1, 0, keeper, begun)) {
            begun++;
        }
        assertThat(begun).isEqualTo(16);
        assertThatIllegalStateException()
                .isThrownBy(buffer::release)
                .withMessageContaining("lent to the kernel by 16 requests");
        assertThatIllegalStateException().isThrownBy(pipe::close).withMessageContaining("no room");
        assertThat(pipe.isOpen()).isTrue();
        Files.write(path, new byte[begun]);
        while (loop.inFlight() > 0) {
            assertThat(completed()).isOne();
        }
        buffer.release();
        pipe.close();
        assertThat(pipe.isOpen()).isFalse();
    }

    @Test
    void callsOfOthersAndOfClosedFilesAreRefused() throws Exception {
        UringFile file = elsewhere(() -> files.open(directory.resolve("f"), READ, WRITE, CREATE));
        UringBuffer buffer = buffers.acquire();
        assertThatThrownBy(() -> elsewhere(() -> file.read(buffer, 0, 1, 0, keeper, 0)))
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("loop's own thread");
        assertThatIllegalStateException()
                .isThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
                .withMessageContaining("cannot wait");
        assertThatIllegalStateException().isThrownBy(files::close);
        file.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> file.read(buffer, 0, 1, 0, keeper, 0))
                .withMessageContaining("closed");
        buffer.release();
    }

    @Test
    void alignmentOfDirectFilesIsTheCallersHere() throws Exception {
        Path path = Files.write(directory.resolve("f"), new byte[3 * PAGE]);
        UringFile file = elsewhere(() -> files.open(path, READ, UringOption.DIRECT));
        UringBuffer buffer = buffers.acquire();
        assertThat(file.isDirect()).as(file.fallback().orElse("")).isTrue();
        assertThat(file.read(buffer, 0, PAGE, PAGE, keeper, 0)).isTrue();
        assertThat(completed()).isEqualTo(PAGE);
        assertThat(file.read(buffer, 0, PAGE, 1, keeper, 0)).isTrue();
        assertThat(completed()).isEqualTo(-Errno.EINVAL);
        buffer.release();
    }
}
