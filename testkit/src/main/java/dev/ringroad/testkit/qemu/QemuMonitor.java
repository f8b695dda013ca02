package dev.ringroad.testkit.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * QEMU's monitor, for what happens to a machine from outside: devices plugged in and pulled out,
 * errors injected.
 *
 * <p>It speaks QMP, a JSON object a line, and uses only its way to the monitor that people type at.
 * Any thread may use it.
 */
public final class QemuMonitor implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader lines;
    private final Supplier<String> trouble;

    QemuMonitor(SocketChannel channel, Supplier<String> trouble) throws IOException {
        this.channel = channel;
        this.trouble = trouble;
        this.lines =
                new BufferedReader(
                        new InputStreamReader(
                                Channels.newInputStream(channel), StandardCharsets.UTF_8));
        String ignored = execute("{\"execute\":\"qmp_capabilities\"}");
    }

    /**
     * Connects to a monitor that listens at a Unix socket ({@code -qmp unix:PATH,server=on}).
     *
     * @param trouble what to say of QEMU when it has gone
     * @return to be closed by the caller
     */
    public static QemuMonitor connect(Path socket, Supplier<String> trouble) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            return new QemuMonitor(channel, trouble);
        } catch (Throwable t) {
            channel.close();
            throw t;
        }
    }

    /**
     * Runs a line as typed at the monitor.
     *
     * @param line such as {@code device_del d0}; without quotes and backslashes
     * @return what the monitor printed
     * @throws IOException when QEMU has gone
     */
    public synchronized String run(String line) throws IOException {
        if (line.indexOf('"') >= 0 || line.indexOf('\\') >= 0 || line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("No quotes and no backslashes in: " + line);
        }
        String answer =
                execute(
                        "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\""
                                + line
                                + "\"}}");
        int begin = answer.indexOf(": \"");
        int end = answer.lastIndexOf('"');
        if (begin < 0 || end < begin + 3) {
            throw new IOException("QEMU's monitor answered " + answer + " to \"" + line + "\".");
        }
        return answer.substring(begin + 3, end).replace("\\r\\n", "\n").strip();
    }

    /**
     * Runs a line that prints nothing when it works.
     *
     * @throws IOException with what the monitor printed
     */
    public void order(String line) throws IOException {
        String printed = run(line);
        if (!printed.isEmpty()) {
            throw new IOException("QEMU's monitor refused \"" + line + "\": " + printed);
        }
    }

    private String execute(String json) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            int ignored = channel.write(bytes);
        }
        while (true) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("QEMU's monitor has gone. " + trouble.get());
            }
            if (line.startsWith("{\"return\"")) {
                return line;
            }
            if (line.startsWith("{\"error\"")) {
                throw new IOException("QEMU's monitor refused " + json + ": " + line);
            }
            // Else its greeting, or an event that nobody waits for.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
