package dev.ringroad.testkit.guest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.testkit.lab.Child;
import dev.ringroad.testkit.lab.Requirement;
import dev.ringroad.testkit.qemu.HotPlugSlot;
import dev.ringroad.testkit.qemu.QemuMonitor;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A running guest, driven by commands from outside. One thread at a time.
 *
 * <p>The kernel's messages go to the first serial line and thereby into a file, the commands and
 * their answers over the second one.
 */
public final class Guest implements AutoCloseable {
    private static final Duration BOOT = Duration.ofMinutes(4);

    /** QEMU outlives whoever started it, so it gets a limit that holds whatever happens. */
    private static final String LIFE_SECONDS = "900";

    private static final String ARCHIVE = "guest.cpio";
    private static final String CONSOLE = "console.log";
    private static final String MONITOR = "monitor";

    /**
     * QEMU 7.2 computes the flags before CMPXCHG16B from an operation that may not have been the
     * last one, and an interrupt after it then returns with garbage in them. Linux does without it.
     */
    private static final String CPU = "max,-cx16";

    private static final char END = '\u001e';

    private final Child qemu;
    private final Path console;
    private @Nullable QemuMonitor monitor;
    private int commands;

    private Guest(Child qemu, Path console) {
        this.qemu = qemu;
        this.console = console;
    }

    /** Skips the test unless a guest can be had here, with a sentence that says what to do. */
    public static void require() {
        Requirement.programs("qemu-system-x86", "qemu-system-x86_64");
        Requirement.programs("busybox-static", "busybox");
        assumeTrue(
                GuestKernel.find().isPresent(),
                "Needs the guest's kernel: run tools/guest-kernel, which makes it.");
    }

    /**
     * Boots, and waits until the guest takes commands.
     *
     * @param folder for the archive and the console's log; the caller removes it after the end
     * @param devices what to add to QEMU's command line
     * @return to be closed by the caller, which ends the guest
     */
    public static Guest boot(GuestImage image, Path folder, List<String> devices)
            throws IOException, InterruptedException {
        Optional<GuestKernel> kernel = GuestKernel.find();
        if (kernel.isEmpty()) {
            throw new IOException("There is no kernel. Remedy: run tools/guest-kernel.");
        }
        Path archive = folder.resolve(ARCHIVE);
        image.write(kernel.get(), archive, folder);
        Path console = Files.createFile(folder.resolve(CONSOLE));
        List<String> line = commandLine(image, kernel.get().image(), folder);
        line.addAll(devices);
        Child qemu = Child.startTyping(line);
        Guest guest = new Guest(qemu, console);
        try {
            qemu.awaitOutput("The guest is up.", BOOT);
        } catch (AssertionError | InterruptedException e) {
            e.addSuppressed(new AssertionError(guest.console()));
            guest.close();
            throw e;
        }
        return guest;
    }

    private static List<String> commandLine(GuestImage image, Path kernel, Path folder) {
        List<String> line = new ArrayList<>();
        line.addAll(List.of("timeout", "--kill-after=5", LIFE_SECONDS, "qemu-system-x86_64"));
        line.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
        line.addAll(List.of("-accel", "tcg,thread=multi", "-cpu", CPU, "-smp", "2"));
        line.addAll(List.of("-machine", "q35,kernel-irqchip=split", "-m", "1024"));
        line.addAll(List.of("-kernel", kernel.toString()));
        line.addAll(List.of("-initrd", folder.resolve(ARCHIVE).toString()));
        line.addAll(List.of("-append", image.kernelParameters()));
        line.addAll(List.of("-serial", "file:" + folder.resolve(CONSOLE), "-serial", "stdio"));
        line.addAll(List.of("-qmp", "unix:" + folder.resolve(MONITOR) + ",server=on,wait=off"));
        line.addAll(List.of("-global", HotPlugSlot.NATIVE));
        if (image.hasIommu()) {
            line.addAll(List.of("-device", "intel-iommu,intremap=on"));
        }
        return line;
    }

    /**
     * Runs a shell's command line to its end.
     *
     * @throws AssertionError when it does not end with status 0, or not in time
     */
    public String run(String command, Duration atMost) throws IOException, InterruptedException {
        GuestResult result = attempt(command, atMost);
        if (result.status() != 0) {
            throw new AssertionError(result + "\nThe guest's console:\n" + console());
        }
        return result.output();
    }

    /**
     * The same for a command that may fail.
     *
     * @throws AssertionError when it does not end in time
     */
    public GuestResult attempt(String command, Duration atMost)
            throws IOException, InterruptedException {
        if (command.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("A command for the guest is one line: " + command);
        }
        int from = qemu.output().length();
        String number = Integer.toString(++commands);
        qemu.input().write((number + " " + command + "\n").getBytes(StandardCharsets.UTF_8));
        qemu.input().flush();
        String end = END + number + " ";
        try {
            qemu.awaitOutput(end, atMost);
        } catch (AssertionError e) {
            e.addSuppressed(new AssertionError(console()));
            throw e;
        }
        String output = qemu.output();
        int at = output.indexOf(end, from);
        int lineEnd = output.indexOf('\n', at);
        int status = Integer.parseInt(output.substring(at + end.length(), lineEnd).strip());
        return new GuestResult(command, status, output.substring(from, at));
    }

    /**
     * Runs lines of {@link CommandsProgram} in one process of the guest.
     *
     * @return what became of each
     */
    List<GuestResult> commands(Duration atMost, String... lines)
            throws IOException, InterruptedException {
        String all = String.join(" " + CommandsProgram.NEXT + " ", lines);
        String output = run(java(CommandsProgram.class, all), atMost);
        List<GuestResult> results = new ArrayList<>();
        StringBuilder printed = new StringBuilder();
        for (String line : output.lines().toList()) {
            if (line.startsWith(CommandsProgram.STATUS)) {
                int status = Integer.parseInt(line.substring(CommandsProgram.STATUS.length()));
                results.add(new GuestResult(lines[results.size()], status, printed.toString()));
                printed.setLength(0);
            } else {
                printed.append(line).append('\n');
            }
        }
        return results;
    }

    /** The command line of a program of this build, for {@link #run}. */
    public static String java(Class<?> main, String... arguments) {
        return "java @/etc/java.options " + main.getName() + " " + String.join(" ", arguments);
    }

    /** For devices that come and go; it stays the guest's. */
    QemuMonitor monitor() throws IOException {
        QemuMonitor connected = monitor;
        if (connected == null) {
            connected = QemuMonitor.connect(console.resolveSibling(MONITOR), qemu::report);
            monitor = connected;
        }
        return connected;
    }

    /** What the guest's kernel has said so far. */
    public String console() throws IOException {
        return Files.readString(console, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        qemu.close();
        if (monitor != null) {
            monitor.close();
        }
    }
}
