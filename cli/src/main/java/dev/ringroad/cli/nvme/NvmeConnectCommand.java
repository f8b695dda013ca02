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
import dev.ringroad.nvme.fabrics.initiator.AnaState;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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

    @Option(names = "--json", description = "Prints an array of objects instead.")
    private boolean json;

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
        List<Facts> all = new ArrayList<>();
        int failed = 0;
        for (InetSocketAddress path : paths) {
            try (RemoteController controller = RemoteController.connect(path, name, config)) {
                all.add(facts(controller));
            } catch (IOException e) {
                failed++;
                all.add(path(path).add("trouble", FileTrouble.words(e)));
            }
        }
        if (json) {
            System.out.print(Facts.json(all));
        } else {
            all.forEach(facts -> System.out.print(facts.text()));
        }
        if (failed > 0) {
            throw Refusal.failed(failed + " of " + paths.size() + " paths could not be used.");
        }
    }

    private static Facts path(InetSocketAddress address) {
        return new Facts().add("address", address.getHostString()).add("port", address.getPort());
    }

    private static Facts facts(RemoteController controller) throws IOException {
        IdentifyController told = controller.identity();
        List<Facts> namespaces = new ArrayList<>();
        for (NamespaceIdentity namespace : controller.namespaces().values()) {
            namespaces.add(facts(controller, namespace));
        }
        return path(controller.address())
                .add("controller", controller.controllerId())
                .add("model", told.modelNumber())
                .add("serial_number", told.serialNumber())
                .add("firmware", told.firmwareRevision())
                .add("queues", controller.queues())
                .add("namespace", namespaces);
    }

    private static Facts facts(RemoteController controller, NamespaceIdentity namespace)
            throws IOException {
        Facts facts = new Facts().add("id", Integer.toUnsignedLong(namespace.id()));
        if (!namespace.unusable().isEmpty()) {
            return facts.add("trouble", namespace.unusable());
        }
        BlockGeometry shape = namespace.geometry();
        AnaState access = controller.anaState(namespace);
        facts.add("name", namespace.name())
                .add("bytes", shape.byteSize())
                .add("block_bytes", shape.blockBytes())
                .add("access", access.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        if (access.isUsable()) {
            try (RemoteNamespace device = controller.open(namespace.id())) {
                addLatency(facts, device);
            }
        }
        return facts;
    }

    /** Reads the first blocks again and again, one at a time; the first read connects. */
    private static void addLatency(Facts facts, RemoteNamespace device) throws IOException {
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
                    facts.add("trouble", "a read failed: " + became[0].sentence());
                    return;
                }
            }
        }
        facts.add("first_read_us", nanos[0] / 1000);
        Arrays.sort(nanos);
        facts.add("best_read_us", nanos[0] / 1000).add("median_read_us", nanos[READS / 2] / 1000);
    }
}
