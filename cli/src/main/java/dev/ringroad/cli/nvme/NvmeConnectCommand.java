package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.QualifiedName;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.NamespaceIdentity;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/** Connects to a subsystem and shows what is there. */
@Command(
        name = "connect",
        description = {
            "Connects to a subsystem over NVMe/TCP by every ADDRESS, and shows its namespaces, how each path"
                    + " reaches them, and how long reads take. Then it disconnects.",
            "",
            "All of it is in user space: no device of the kernel comes of it. Use it to see whether a target"
                    + " can be reached before a program of yours opens it. To work with a namespace, name it where a"
                    + " block device is asked for, as tcp:ADDRESS:PORT/NQN/ID: ringroad nvme perf measures it."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad nvme connect 10.0.0.1 --nqn nqn.2014-08.org.example:disk",
            "  ringroad nvme connect 10.0.0.1 10.0.1.1 --nqn nqn.2014-08.org.example:disk",
            "  ringroad nvme perf tcp:10.0.0.1/nqn.2014-08.org.example:disk/1 --rw randread"
        })
final class NvmeConnectCommand extends Subcommand {
    private static final int READS = 101;

    @Parameters(
            paramLabel = "ADDRESS[:PORT]",
            arity = "1..*",
            description = "The paths; a port that is left out is 4420.")
    private List<String> addresses = List.of();

    @Option(
            names = "--nqn",
            paramLabel = "NAME",
            required = true,
            description = "The subsystem's NVMe qualified name; ringroad nvme discover tells it.")
    private String name = "";

    @Mixin private HostOptions host = new HostOptions();

    /** Used by picocli. */
    NvmeConnectCommand() {}

    @Override
    public void run() {
        if (!QualifiedName.isValid(name)) {
            throw Refusal.wrongUse(
                    "--nqn is a name such as nqn.2014-08.org.example:disk, not \"" + name + "\".");
        }
        HostConfig config = host.config();
        List<InetSocketAddress> paths = addresses.stream().map(HostOptions::address).toList();
        int failed = 0;
        for (InetSocketAddress path : paths) {
            try (RemoteController controller = RemoteController.connect(path, name, config)) {
                show(controller);
            } catch (IOException e) {
                failed++;
                System.out.println(path + ": " + FileTrouble.words(e));
            }
        }
        if (failed > 0) {
            throw Refusal.failed(failed + " of " + paths.size() + " paths could not be used.");
        }
    }

    private static void show(RemoteController controller) throws IOException {
        IdentifyController told = controller.identity();
        System.out.println(
                controller.address()
                        + ": controller "
                        + controller.controllerId()
                        + ", "
                        + told.modelNumber()
                        + ", serial number "
                        + told.serialNumber()
                        + ", firmware "
                        + told.firmwareRevision()
                        + ", "
                        + controller.queues()
                        + " I/O queues");
        for (NamespaceIdentity namespace : controller.namespaces().values()) {
            show(controller, namespace);
        }
    }

    private static void show(RemoteController controller, NamespaceIdentity namespace)
            throws IOException {
        String id = "  namespace " + Integer.toUnsignedString(namespace.id());
        if (!namespace.unusable().isEmpty()) {
            System.out.println(id + ": cannot be used, " + namespace.unusable());
            return;
        }
        BlockGeometry shape = namespace.geometry();
        String access = controller.anaState(namespace).name().toLowerCase(java.util.Locale.ROOT);
        System.out.println(
                id
                        + ": "
                        + shape.byteSize()
                        + " bytes in blocks of "
                        + shape.blockBytes()
                        + (namespace.name().isEmpty() ? "" : ", " + namespace.name())
                        + ", access "
                        + access.replace('_', '-'));
        if (controller.anaState(namespace).isUsable()) {
            try (RemoteNamespace device = controller.open(namespace.id())) {
                System.out.println("    " + latency(device));
            }
        }
    }

    /** Reads the first blocks again and again, one at a time. */
    private static String latency(RemoteNamespace device) throws IOException {
        int blocks =
                (int) Math.min(device.geometry().blocks(), 4096 / device.geometry().blockBytes());
        int count = Math.max(1, blocks);
        long[] nanos = new long[READS];
        try (Arena arena = Arena.ofShared();
                BlockChannel channel = device.openChannel(1)) {
            MemorySegment memory =
                    arena.allocate((long) count * device.geometry().blockBytes(), 4096);
            BlockStatus[] became = {BlockStatus.OK};
            BlockRequest request = new BlockRequest((_, status) -> became[0] = status);
            for (int i = 0; i < READS; i++) {
                long begun = System.nanoTime();
                channel.submit(request.fill(BlockOperation.READ, 0, count, memory, 0));
                while (channel.outstanding() > 0) {
                    int ignored = channel.poll(System.nanoTime());
                }
                nanos[i] = System.nanoTime() - begun;
                if (became[0] != BlockStatus.OK) {
                    return "a read failed: " + became[0].sentence();
                }
            }
        }
        long first = nanos[0];
        Arrays.sort(nanos);
        return "the first read took "
                + first / 1000
                + " us, with its connection; "
                + (READS - 1)
                + " more in turn "
                + nanos[0] / 1000
                + " us at best, "
                + nanos[READS / 2] / 1000
                + " us in the middle";
    }
}
