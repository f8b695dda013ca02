package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.ServingEnd;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.cli.common.Warnings;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.fabrics.serve.ExportedNamespace;
import dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget;
import dev.ringroad.nvme.fabrics.serve.TargetConfig;
import dev.ringroad.nvme.fabrics.serve.TargetStatistics;
import dev.ringroad.nvme.fabrics.serve.TargetSubsystem;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Exports block devices over NVMe/TCP. */
@Command(
        name = "serve",
        description = {
            "Exports block devices over NVMe/TCP until Ctrl-C, and says at the end what was done.",
            "",
            "A DEVICE is a line such as file:disk.img, memory:1g or stripe:64k(file:a,file:b); each is",
            "a namespace, counted from 1. Everybody who reaches the address may read and write them."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad nvme serve file:disk.img --listen 0.0.0.0:4420",
            "  ringroad nvme serve memory:1g --nqn nqn.2024-01.com.example:scratch",
            "  ringroad nvme serve --subsystem nqn.2024-01.com.example:a=file:a.img \\",
            "      --subsystem nqn.2024-01.com.example:b=file:b.img",
            "  ringroad run --net tap:rr0,ip=10.9.1.2/24,host=10.9.1.1/24 -- ./ringroad nvme serve memory:1g \\",
            "      --listen 10.9.1.2:4420"
        })
final class NvmeServeCommand extends Subcommand {
    private static final String DEFAULT_NAME = "nqn.2024-01.dev.ringroad:target";
    private static final int PORT_MAX = 65535;
    private static final long END_SECONDS = 30;

    @Parameters(
            paramLabel = "DEVICE",
            arity = "0..*",
            description = "What to export as the namespaces of --nqn.")
    private List<String> devices = new ArrayList<>();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            description =
                    "Where to listen, can be given more than once; 127.0.0.1:4420 if not given. Port 0 is a"
                            + " free one.")
    private List<String> listen = new ArrayList<>();

    @Option(
            names = "--nqn",
            paramLabel = "NAME",
            description = "The subsystem's name; " + DEFAULT_NAME + " if not given.")
    private String name = DEFAULT_NAME;

    @Option(
            names = "--subsystem",
            paramLabel = "NAME=DEVICE",
            description = "One namespace more of the subsystem NAME; can be given more than once.")
    private List<String> subsystems = new ArrayList<>();

    @Option(
            names = "--digests",
            paramLabel = "WHICH",
            description =
                    "Digests that hosts may have: none, header, data or both; both if not given.")
    private String digests = "both";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that serve; 1 if not given.")
    private int threads = 1;

    @Option(
            names = "--connections-max",
            paramLabel = "N",
            description = "Connections of each thread at a time; 256 if not given.")
    private int connectionsMax = 256;

    @Option(
            names = "--controller-id",
            paramLabel = "N",
            description =
                    "The first controller's id; to be apart from those of other targets that serve the same"
                            + " name. 1 if not given.")
    private int controllerId = 1;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes the counters there at the end.")
    private @Nullable Path json;

    /** Used by picocli. */
    NvmeServeCommand() {}

    @Override
    public void run() {
        TargetConfig config = config();
        List<InetSocketAddress> ports = ports();
        Map<String, List<String>> wanted = wanted();
        if (json != null) {
            OutputFile.check(json);
        }
        List<BlockDevice> opened = new ArrayList<>();
        ServingEnd end = new ServingEnd(END_SECONDS);
        try {
            List<TargetSubsystem> exported = open(wanted, opened);
            try (NvmeTcpTarget target = NvmeTcpTarget.open(config, exported, ports)) {
                tell(target);
                awaitEnd(target, end, new Warnings(opened));
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        } catch (IOException e) {
            throw Refusal.failed("Cannot serve: " + FileTrouble.words(e) + ".");
        } finally {
            close(opened);
            end.done();
        }
    }

    private TargetConfig config() {
        boolean header = digests.equals("header") || digests.equals("both");
        boolean data = digests.equals("data") || digests.equals("both");
        if (!header && !data && !digests.equals("none")) {
            throw Refusal.wrongUse(
                    "--digests is none, header, data or both, not \"" + digests + "\".");
        }
        try {
            return TargetConfig.defaults()
                    .withThreads(threads)
                    .withConnectionsMax(connectionsMax)
                    .withControllerIdFirst(controllerId)
                    .withDigests(header, data);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    private List<InetSocketAddress> ports() {
        List<InetSocketAddress> all = new ArrayList<>();
        List<String> texts =
                listen.isEmpty() ? List.of("127.0.0.1:" + NvmeTcpTarget.DEFAULT_PORT) : listen;
        for (String text : texts) {
            all.add(address(text));
        }
        return all;
    }

    /** {@code 10.0.0.1:4420}, {@code [::1]:4420}. */
    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 0 && port <= PORT_MAX) {
                    InetAddress host = InetAddress.getByName(text.substring(0, colon));
                    return new InetSocketAddress(host, port);
                }
            }
        } catch (UnknownHostException | NumberFormatException e) {
            throw Refusal.wrongUse(
                    "--listen is an address of this machine and a port, such as 127.0.0.1:4420, not \""
                            + text
                            + "\".");
        }
        throw Refusal.wrongUse(
                "--listen is an address and a port of 0 to 65535, such as 127.0.0.1:4420, not \""
                        + text
                        + "\".");
    }

    private Map<String, List<String>> wanted() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        if (!devices.isEmpty()) {
            all.put(name, new ArrayList<>(devices));
        }
        for (String text : subsystems) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw Refusal.wrongUse(
                        "--subsystem is NAME=DEVICE, such as nqn.2024-01.com.example:a=file:a.img, not"
                                + " \""
                                + text
                                + "\".");
            }
            all.computeIfAbsent(text.substring(0, equals), _ -> new ArrayList<>())
                    .add(text.substring(equals + 1));
        }
        if (all.isEmpty()) {
            throw Refusal.wrongUse("Say what to export, such as: ringroad nvme serve memory:1g");
        }
        return all;
    }

    private static List<TargetSubsystem> open(
            Map<String, List<String>> wanted, List<BlockDevice> opened) {
        List<TargetSubsystem> all = new ArrayList<>();
        for (Map.Entry<String, List<String>> each : wanted.entrySet()) {
            String serial = Integer.toHexString(each.getKey().hashCode());
            TargetSubsystem subsystem = new TargetSubsystem(each.getKey(), serial);
            int id = 1;
            for (String text : each.getValue()) {
                BlockDevice device = BlockDevices.open(text);
                opened.add(device);
                subsystem.add(ExportedNamespace.of(subsystem.name(), id++, device));
            }
            all.add(subsystem);
        }
        return all;
    }

    private static void tell(NvmeTcpTarget target) {
        for (InetSocketAddress port : target.ports()) {
            for (TargetSubsystem subsystem : target.subsystems()) {
                System.out.println(
                        "Serving "
                                + subsystem.name()
                                + " with "
                                + count(subsystem.namespaces().size())
                                + " at "
                                + port.getAddress().getHostAddress()
                                + ", port "
                                + port.getPort()
                                + "; Ctrl-C ends it.");
            }
        }
        System.out.flush();
    }

    private static String count(int namespaces) {
        return namespaces + (namespaces == 1 ? " namespace" : " namespaces");
    }

    /** Serves until the process is told to end, and tells what was done. */
    private void awaitEnd(NvmeTcpTarget target, ServingEnd end, Warnings warnings)
            throws IOException {
        end.await(
                () -> {
                    warnings.tell();
                    return target.failure();
                });
        target.close();
        warnings.tell();
        TargetStatistics all = target.statistics();
        System.out.println(words(all));
        System.out.flush();
        if (json != null) {
            OutputFile.write(json, json(all));
        }
    }

    private static void close(List<BlockDevice> opened) {
        for (BlockDevice device : opened.reversed()) {
            try {
                device.close();
            } catch (IOException e) {
                System.err.println(
                        "Closing " + device.name() + " failed: " + FileTrouble.words(e) + ".");
            }
        }
    }

    /** What was done, in a sentence. */
    static String words(TargetStatistics all) {
        return all.accepted()
                + " connections, "
                + all.connected()
                + " of them became queues; "
                + all.commands()
                + " commands, "
                + all.failedCommands()
                + " of them failed; "
                + all.bytesReceived()
                + " bytes received and "
                + all.bytesSent()
                + " sent; "
                + all.faults()
                + " protocol violations, "
                + all.dataDigestErrors()
                + " wrong data digests, "
                + all.stalls()
                + " stalled hosts, "
                + all.keepAliveExpired()
                + " silent ones, "
                + all.refused()
                + " connections refused and "
                + all.displaced()
                + " displaced.";
    }

    /** The same for programs. */
    static String json(TargetStatistics all) {
        return "{\n"
                + field("accepted", all.accepted())
                + field("connected", all.connected())
                + field("refused", all.refused())
                + field("displaced", all.displaced())
                + field("commands", all.commands())
                + field("failedCommands", all.failedCommands())
                + field("bytesReceived", all.bytesReceived())
                + field("bytesSent", all.bytesSent())
                + field("protocolViolations", all.faults())
                + field("dataDigestErrors", all.dataDigestErrors())
                + field("terminatedByHost", all.terminatedByHost())
                + field("keepAliveExpired", all.keepAliveExpired())
                + field("stalls", all.stalls())
                + "  \"bufferWaits\": "
                + all.bufferWaits()
                + "\n}\n";
    }

    private static String field(String key, long value) {
        return "  \"" + key + "\": " + value + ",\n";
    }
}
