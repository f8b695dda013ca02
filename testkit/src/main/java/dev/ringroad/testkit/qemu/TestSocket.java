package dev.ringroad.testkit.qemu;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * QEMU's test socket: the machine's ports and memory, as a processor would reach them.
 *
 * <p>Lines of text. A command is answered by {@code OK}, {@code OK value}, {@code FAIL why} or
 * {@code ERR why}; lines {@code IRQ raise N} and {@code IRQ lower N} may come before any answer
 * (QEMU, {@code softmmu/qtest.c}). Answers come in the order of the commands, so a write need not
 * wait for its own: {@link #post} leaves it in the socket, and the next command that waits takes
 * it. Any thread may use it, also one that was interrupted: a driver that it ends still has to
 * quiesce its device.
 */
public final class TestSocket implements AutoCloseable {
    private static final int POSTED_MAX = 64; // their answers fit the socket's buffer by far
    private static final int BUFFER_BYTES = 4096;
    private static final String[] SUFFIXES = {"", "b", "w", "", "l", "", "", "", "q"};

    private final SocketChannel channel;
    private final Supplier<String> trouble;
    private final ByteBuffer received = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final Deque<String> posted = new ArrayDeque<>();
    private final BitSet raised = new BitSet();

    /**
     * @param channel connected to QEMU; closed with this
     * @param trouble what to add to an error: the state of the process and what it printed
     */
    TestSocket(SocketChannel channel, Supplier<String> trouble) {
        this.channel = channel;
        this.trouble = trouble;
    }

    /**
     * Reads memory.
     *
     * @param width 1, 2, 4 or 8 bytes, at once
     */
    public long read(int width, long address) throws IOException {
        return value("read" + suffix(width) + " 0x" + Long.toHexString(address));
    }

    /** Writes memory and waits until that is done; {@code width} bytes at once. */
    public synchronized void write(int width, long address, long value) throws IOException {
        post(width, address, value);
        settle(0);
    }

    /**
     * Writes memory without waiting, as processors do. A later command finds it done; if it was
     * refused, that command fails.
     */
    public synchronized void post(int width, long address, long value) throws IOException {
        String command =
                "write"
                        + suffix(width)
                        + " 0x"
                        + Long.toHexString(address)
                        + " 0x"
                        + Long.toHexString(value & mask(width));
        send(command);
        posted.add(command);
        settle(POSTED_MAX);
    }

    /** Reads an I/O port; {@code width} is 1, 2 or 4 bytes. */
    public int in(int width, int port) throws IOException {
        return (int) value("in" + suffix(width) + " 0x" + Integer.toHexString(port));
    }

    /** Writes an I/O port; {@code width} is 1, 2 or 4 bytes. */
    public void out(int width, int port, int value) throws IOException {
        String ignored =
                command(
                        "out"
                                + suffix(width)
                                + " 0x"
                                + Integer.toHexString(port)
                                + " 0x"
                                + Long.toHexString(value & mask(width)));
    }

    /**
     * Has QEMU tell the interrupt lines of a device, such as {@code ioapic}, from here on.
     *
     * @param path of the device in QEMU's tree
     */
    public void interceptInterrupts(String path) throws IOException {
        String ignored = command("irq_intercept_in " + path);
    }

    /** Whether an intercepted line was raised when the last answer came. */
    public synchronized boolean isRaised(int line) {
        return raised.get(line);
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @return what follows {@code OK}, or the empty string
     * @throws IOException when QEMU refuses it or has gone
     */
    public synchronized String command(String line) throws IOException {
        send(line);
        settle(0);
        return answer(line);
    }

    private long value(String line) throws IOException {
        String answer = command(line);
        try {
            return Long.parseUnsignedLong(answer.substring(2), 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(
                    "QEMU answered \"" + answer + "\" to \"" + line + "\", which is no number.", e);
        }
    }

    private static String suffix(int width) {
        if (width < 1 || width > 8 || SUFFIXES[width].isEmpty()) {
            throw new IllegalArgumentException("No access has " + width + " bytes");
        }
        return SUFFIXES[width];
    }

    private static long mask(int width) {
        return width == Long.BYTES ? -1 : (1L << (width * Byte.SIZE)) - 1;
    }

    private void send(String line) throws IOException {
        // A malformed line would abort QEMU, and a line feed would make two of one.
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("A command is one line, not \"" + line + "\"");
        }
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
        boolean interrupted = Thread.interrupted(); // or the channel would close itself
        try {
            while (bytes.hasRemaining()) {
                int ignored = channel.write(bytes);
            }
        } catch (IOException e) {
            throw gone(line, e);
        } finally {
            interruptAgain(interrupted);
        }
    }

    /** Takes answers to posted writes until at most so many are open. */
    private void settle(int openMax) throws IOException {
        while (posted.size() > openMax) {
            String ignored = answer(posted.remove());
        }
    }

    private String answer(String command) throws IOException {
        String line = receive(command);
        while (line.startsWith("IRQ ")) {
            take(line);
            line = receive(command);
        }
        if (line.equals("OK")) {
            return "";
        }
        if (line.startsWith("OK ")) {
            return line.substring(3);
        }
        throw new IOException("QEMU answered \"" + line + "\" to \"" + command + "\".");
    }

    private void take(String line) throws IOException {
        String[] words = line.split(" ", -1);
        try {
            raised.set(Integer.parseInt(words[2]), words[1].equals("raise"));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException("QEMU sent \"" + line + "\", which is no interrupt line.", e);
        }
    }

    private String receive(String command) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            while (received.hasRemaining()) {
                char next = (char) received.get();
                if (next == '\n') {
                    return line.toString();
                }
                line.append(next);
            }
            fill(command);
        }
    }

    private void fill(String command) throws IOException {
        received.clear();
        int count;
        boolean interrupted = Thread.interrupted();
        try {
            count = channel.read(received);
        } catch (IOException e) {
            throw gone(command, e);
        } finally {
            received.flip();
            interruptAgain(interrupted);
        }
        if (count < 0) {
            throw gone(command, null);
        }
    }

    private static void interruptAgain(boolean wanted) {
        if (wanted) {
            Thread.currentThread().interrupt();
        }
    }

    private IOException gone(String command, @Nullable IOException cause) {
        return new IOException(
                "QEMU has gone before it answered \"" + command + "\". " + trouble.get(), cause);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
