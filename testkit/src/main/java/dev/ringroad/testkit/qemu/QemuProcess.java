package dev.ringroad.testkit.qemu;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The process of a {@link QemuMachine}: started with two sockets, ended by its own number, also
 * when this process ends first. Its files are in a folder that goes with it.
 */
final class QemuProcess implements AutoCloseable {
    static final String PROGRAM = "qemu-system-x86_64";

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final int ROM_BYTES = 64 << 10;
    private static final int RESET_VECTOR = 0xfff0;
    private static final byte HALT = (byte) 0xf4;
    private static final byte[] HALT_FOR_EVER = {(byte) 0xfa, HALT, (byte) 0xeb, (byte) 0xfd};
    private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final long START_POLL_MILLIS = 2;
    private static final long END_SECONDS_MAX = 5;

    private final int ramMib;
    private final Path folder;
    private final Path ramFile;
    private final Thread hook = new Thread(this::endNow, "end of QEMU");
    private @Nullable Process process;
    private @Nullable SocketChannel testChannel;
    private @Nullable SocketChannel monitorChannel;

    private QemuProcess(int ramMib, Path folder, Path ramFile) {
        this.ramMib = ramMib;
        this.folder = folder;
        this.ramFile = ramFile;
    }

    /** Makes the folder and names the file of the memory, which the caller makes. */
    static QemuProcess prepare(int ramMib) throws IOException {
        Path folder = Files.createTempDirectory("ringroad-qemu");
        boolean shared = Files.isWritable(SHARED_MEMORY);
        Path ramFile = shared ? SHARED_MEMORY.resolve(folder.getFileName()) : folder.resolve("ram");
        QemuProcess prepared = new QemuProcess(ramMib, folder, ramFile);
        Runtime.getRuntime().addShutdownHook(prepared.hook);
        return prepared;
    }

    Path ramFile() {
        return ramFile;
    }

    SocketChannel testChannel() {
        return Objects.requireNonNull(testChannel, "not started");
    }

    SocketChannel monitorChannel() {
        return Objects.requireNonNull(monitorChannel, "not started");
    }

    long pid() {
        return Objects.requireNonNull(process, "not started").pid();
    }

    void start(List<String> arguments) throws IOException {
        Path rom = folder.resolve("halt.bin");
        Path test = folder.resolve("test");
        Path control = folder.resolve("monitor");
        Files.write(rom, rom());
        // QEMU connects, so both have to be there before it is.
        try (ServerSocketChannel testServer = listen(test);
                ServerSocketChannel monitorServer = listen(control)) {
            process =
                    new ProcessBuilder(commandLine(rom, test, control, arguments))
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(printed().toFile())
                            .start();
            monitorChannel = accept(monitorServer);
            testChannel = accept(testServer);
        }
    }

    private static byte[] rom() {
        byte[] rom = new byte[ROM_BYTES];
        Arrays.fill(rom, HALT);
        System.arraycopy(HALT_FOR_EVER, 0, rom, RESET_VECTOR, HALT_FOR_EVER.length);
        return rom;
    }

    private List<String> commandLine(Path rom, Path test, Path control, List<String> arguments) {
        String size = ramMib + "M";
        List<String> line = new ArrayList<>();
        line.addAll(List.of(PROGRAM, "-nodefaults", "-no-user-config", "-display", "none"));
        line.addAll(List.of("-machine", "q35,accel=tcg,memory-backend=ram0", "-m", size));
        line.addAll(List.of("-bios", rom.toString()));
        line.add("-object");
        line.add("memory-backend-file,id=ram0,size=" + size + ",mem-path=" + ramFile + ",share=on");
        line.addAll(List.of("-qtest", "unix:" + test, "-qtest-log", "none"));
        line.addAll(List.of("-qmp", "unix:" + control));
        line.addAll(arguments);
        return line;
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            server.configureBlocking(false);
            return server;
        } catch (Throwable t) {
            server.close();
            throw t;
        }
    }

    private SocketChannel accept(ServerSocketChannel server) throws IOException {
        long deadline = System.nanoTime() + START_NANOS_MAX;
        while (true) {
            SocketChannel channel = server.accept();
            if (channel != null) {
                return channel;
            }
            boolean alive = process != null && process.isAlive();
            if (!alive || System.nanoTime() - deadline > 0) {
                throw new IOException("QEMU did not come up. " + report());
            }
            try {
                Thread.sleep(START_POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Interrupted while QEMU came up");
            }
        }
    }

    private Path printed() {
        return folder.resolve("printed");
    }

    /** Its state and what it printed, for an error's message. */
    String report() {
        String state = "It was not started";
        if (process != null) {
            awaitEnd(process); // for its sockets close a moment before it ends
            state =
                    process.isAlive()
                            ? "Process " + process.pid() + " is running"
                            : "It ended with " + process.exitValue();
        }
        String text;
        try {
            text = Files.readString(printed(), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            text = "";
        }
        return text.isEmpty() ? state + " and printed nothing." : state + " and printed: " + text;
    }

    private static void awaitEnd(Process process) {
        try {
            boolean ignored = process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endNow() {
        if (process != null) {
            process.destroyForcibly();
        }
        remove(ramFile);
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(QemuProcess::remove);
        } catch (IOException e) {
            // Then it is gone already.
        }
        remove(folder);
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // A temporary file that stays behind harms nobody.
        }
    }

    @Override
    public void close() throws IOException {
        try {
            end();
            closeChannel(testChannel);
            closeChannel(monitorChannel);
        } finally {
            endNow();
            forgetHook();
        }
    }

    private static void closeChannel(@Nullable SocketChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    /** Gently first, so that it writes what its drives hold back. */
    private void end() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                int ignored = process.waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void forgetHook() {
        try {
            boolean ignored = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook runs anyway.
        }
    }
}
