package dev.ringroad.cli.inspect;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.counter.RuntimeFiles;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.stack.socket.SocketTableReader;
import dev.ringroad.stack.socket.SocketTableReader.Snapshot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;

/** Shows the user-space sockets of a process, as ss would show them if they were the kernel's. */
@Command(
        name = "sockets",
        description = {
            "Shows the user-space sockets of a process, as ss shows the kernel's.",
            "",
            "Recv-Q: bytes received and not read; of a listener, connections not accepted. Send-Q: bytes written and not"
                    + " acknowledged; of a listener, its backlog."
        },
        footer = {"", "Examples:", "  ringroad sockets all", "  ringroad sockets 4711 --info"})
public final class SocketsCommand extends Subcommand {
    @Parameters(paramLabel = "PID|all", description = "A process, or all that run.")
    private String target = "";

    @Option(
            names = {"-i", "--info"},
            description =
                    "Also bytes, retransmissions, round-trip time, congestion window and time-out.")
    private boolean info;

    /** Used by picocli. */
    SocketsCommand() {}

    @Override
    public void run() {
        Targets.each(target, RuntimeFiles::sockets, this::show);
    }

    private void show(long pid, Path file) {
        try {
            if (!RuntimeFiles.isOfLiveProcess(file, pid)) {
                throw Refusal.wrongUse("Process " + pid + " has ended, and its sockets with it.");
            }
            Snapshot snapshot = SocketTableReader.read(file);
            System.out.println("process " + pid + ": " + Targets.describe(pid));
            System.out.print(SocketsTable.of(snapshot, info));
        } catch (IOException e) {
            throw Refusal.wrongUse(
                    "The sockets of process "
                            + pid
                            + " cannot be read: "
                            + FileTrouble.words(e)
                            + ".");
        }
    }
}
