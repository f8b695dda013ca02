package dev.ringroad.cli.run;

import dev.ringroad.cli.common.Installation;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.Exec;
import dev.ringroad.core.linux.SystemCallException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts a Java program with its sockets on user-space stacks, and gives it this process. */
@Command(
        name = "run",
        description = {
            "Runs any Java command line over user-space stacks.",
            "",
            "Nothing in the program changes. "
                    + "A bare java is the JDK that Ringroad found; other programs of a JDK work too, and so do scripts that start"
                    + " java in the end. What the stacks' networks do not reach stays with the kernel."
        },
        synopsisHeading = "Usage: ",
        customSynopsis = "ringroad run --net SPEC… [--profile PROFILE] -- COMMAND…",
        footer = {
            "",
            "Devices:",
            "  memif:PATH,role=server|client,ip=ADDRESS/LENGTH   shared memory with a process of the other role",
            "  virtio:PATH,ip=ADDRESS/LENGTH                     a vhost-user back end: Open vSwitch, DPDK",
            "  vhost:PATH,ip=ADDRESS/LENGTH                      a virtio driver: a virtual machine's, DPDK's",
            "  tap:NAME,ip=ADDRESS/LENGTH[,host=ADDRESS/LENGTH]  an interface of the kernel; needs CAP_NET_ADMIN",
            "  afpacket:NAME,ip=ADDRESS/LENGTH                   an interface's wire; needs CAP_NET_RAW",
            "  afxdp:NAME,ip=ADDRESS/LENGTH                      queues of one; needs CAP_NET_ADMIN",
            "",
            "To each device may be added:",
            "  gw=ADDRESS                                        the router for all other networks",
            "  capture=FILE                                      pcapng of all that passes; replaces the file",
            "  loss=P,duplicate=P,reorder=P,corrupt=P            a bad wire: chances of a frame, 0 to 1",
            "  delay=TIME,seed=N                                 500us, 2ms, 1s each way; a seed repeats it",
            "",
            "All but afpacket and afxdp, which take the interface's: mtu=BYTES (the largest IP packet)",
            "memif also: ring=LOG2 (slots), buffer=BYTES, packets=N, checksum=no (leave checksums undone in",
            "  shared memory), zero-copy=yes (a client lends its own packets), secret=WORD, id=N, mac=ADDRESS,",
            "  abstract=yes, unsealed=yes (take memory that the peer could take away again)",
            "virtio also: role=server (listen for the back end), queues=N, size=N (slots), packed=yes,",
            "  mrg_rxbuf=no, in_order=no, indirect=no, event_idx=no, packets=N, mac=ADDRESS",
            "vhost also: role=client (connect to the driver), queues=N, packets=N, mac=ADDRESS, unsealed=yes,",
            "  memory-mib=N (the most that a driver may share; as much as the machine has)",
            "tap also: offload=yes (segmentation by the kernel too), offload=no (no checksums), mac=ADDRESS",
            "afpacket also: netns=NAME, queues=N, ring=blocks (more frames, each up to a millisecond later),",
            "  offload=yes (joined segments), promiscuous=yes|no, mac=ADDRESS",
            "afxdp also: netns=NAME, queue=N (the first), queues=N, mode=native|generic, zero-copy=yes|no,",
            "  busy-poll=N (frames a call, without interrupts), checksum=kernel|adapter,",
            "  chained=yes (a long MTU), umem=NAME (memory of several ports),",
            "  or only from=PATH (opened by ringroad afxdp-open)",
            "All also: pages=1G|2M|4K (the largest pages to take, 2M) and node=N (of NUMA)",
            "",
            "Examples:",
            "  ringroad run --net memif:/tmp/a.sock,role=server,ip=10.9.0.1/24 -- java -jar server.jar",
            "  ringroad run --net memif:/tmp/a.sock,role=client,ip=10.9.0.2/24 -- java -jar client.jar 10.9.0.1",
            "  ringroad run --net tap:rr0,ip=10.9.1.2/24,host=10.9.1.1/24 -- jwebserver -b 10.9.1.2",
            "  ringroad run --net tap:rr0,ip=10.9.1.2/24,capture=a.pcapng,loss=0.01 -- java -jar client.jar"
        })
public final class RunCommand extends Subcommand {
    private static final String NETWORKS_VARIABLE = "RINGROAD_NET";

    @Option(
            names = "--net",
            paramLabel = "SPEC",
            description = "A device and the stack's address on it; may be given several times.")
    private List<String> networks = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            defaultValue = "latency",
            description = {
                "latency: waiting threads poll, for the shortest answer (the default);",
                "throughput: large buffers and bursts;",
                "safe: sleeps soon and burns little processor time."
            })
    private String profile = "latency";

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "The program and its arguments.")
    private List<String> command = new ArrayList<>();

    /** Used by picocli. */
    RunCommand() {}

    @Override
    public void run() {
        if (command.isEmpty()) {
            throw Refusal.wrongUse(
                    "No command to run; write it behind --, as in: ringroad run --net SPEC -- java -jar app.jar");
        }
        Map<String, String> environment = System.getenv();
        if (networks.isEmpty() && environment.getOrDefault(NETWORKS_VARIABLE, "").isBlank()) {
            throw Refusal.wrongUse(
                    """
                    No --net says which device to use; try one of these:
                      --net memif:/tmp/a.sock,role=server,ip=10.9.0.1/24      (and role=client,ip=10.9.0.2/24 in another process)
                      --net tap:rr0,ip=10.9.1.2/24,host=10.9.1.1/24           (with CAP_NET_ADMIN; the kernel is 10.9.1.1)\
                    """);
        }
        SpecCheck.all(networks);
        AgentOption agent =
                new AgentOption(Installation.agentJar(), Profiles.check(profile), networks);
        LaunchPlan plan = LaunchPlan.of(command.getFirst(), agent, Installation.jdk(), environment);
        give(plan);
    }

    /**
     * This process becomes the program: its pid, streams, signals and exit code are the program's
     * own.
     */
    private void give(LaunchPlan plan) {
        List<byte[]> words = new ArrayList<>(RawArguments.of(command));
        int second = 1;
        for (String inserted : plan.inserted()) {
            words.add(second++, inserted.getBytes(StandardCharsets.UTF_8));
        }
        System.out.flush();
        System.err.flush();
        try {
            Exec.replaceProcess(plan.program(), words, plan.environment());
        } catch (SystemCallException e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        }
    }
}
