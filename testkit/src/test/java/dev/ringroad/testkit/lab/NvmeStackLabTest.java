package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * NVMe/TCP with one end on our stack and the other on the kernel's: {@code ringroad nvme} under
 * {@code ringroad run}, in a namespace whose kernel has no address, so that nothing else than the
 * stack can have carried what arrives.
 */
final class NvmeStackLabTest {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final int TERMINATED = 143;
    private static final String NAME = "nqn.2024-01.dev.ringroad:stack";
    private static final String KERNEL = "10.9.5.1";
    private static final String STACK = "10.9.5.2";
    private static final String DEVICE = "afpacket:right,ip=" + STACK + "/24";

    private VethPair cable;

    @TempDir private Path folder;

    @BeforeEach
    void plugIn() throws InterruptedException {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        Requirement.programs("ethtool", "ethtool");
        cable = VethPair.create();
        cable.inLeft("ip address add " + KERNEL + "/24 dev left");
        cable.inLeft("ethtool -K left tso off gso off");
    }

    @AfterEach
    void unplug() {
        if (cable != null) {
            cable.close();
        }
    }

    private static List<String> nvme(String... words) {
        List<String> arguments = new ArrayList<>(List.of("nvme"));
        arguments.addAll(List.of(words));
        return Ringroad.command(arguments);
    }

    private List<String> overTheKernel(List<String> command) {
        return cable.left().command(command);
    }

    private List<String> overTheStack(List<String> command) {
        return cable.right().command(Ringroad.run(DEVICE, command));
    }

    private Path disk() {
        return folder.resolve("disk.img");
    }

    private List<String> serve(String address) {
        return nvme(
                "serve",
                "file:" + disk() + ",size=8m",
                "--nqn",
                NAME,
                "--listen",
                address + ":4420",
                "--json",
                folder.resolve("served.json").toString());
    }

    /**
     * Short commands, and such that the target asks for data of, without digests and with them;
     * each run reads back what it wrote.
     */
    private static List<List<String>> loads(String address) {
        List<List<String>> all = new ArrayList<>();
        for (String digests : List.of("none", "both")) {
            all.add(perf(address, digests, "mixed", "--size", "4m", "--ios", "1500"));
        }
        all.add(perf(address, "both", "randwrite", "--bs", "128k", "--depth", "4"));
        return all;
    }

    private static List<String> perf(String address, String digests, String how, String... words) {
        List<String> all = new ArrayList<>();
        all.add("perf");
        all.add("tcp:" + address + "/" + NAME + "/1,digests=" + digests);
        all.addAll(List.of("--verify", "--overwrite", "--rw", how));
        all.addAll(List.of(words));
        return nvme(all.toArray(String[]::new));
    }

    private void end(Child server) throws IOException, InterruptedException {
        Child.run(SOON, "kill", "-TERM", String.valueOf(server.pid()));
        assertThat(server.awaitExit(SOON)).as(server.report()).isEqualTo(TERMINATED);
        assertThat(server.output()).contains("0 protocol violations").doesNotContain("\tat ");
        assertThat(Files.readString(folder.resolve("served.json")))
                .contains("\"failedCommands\": 0", "\"dataDigestErrors\": 0");
        assertThat(Files.size(disk())).isEqualTo(8 << 20);
    }

    @Test
    void theKernelsSocketsReadAndWriteATargetOnTheStack() throws Exception {
        try (Child server = Child.start(overTheStack(serve(STACK)))) {
            server.awaitOutput("Ctrl-C ends it", SOON);
            for (List<String> load : loads(STACK)) {
                assertThat(Child.run(SOON, overTheKernel(load))).contains("as they should be");
            }
            end(server);
        }
    }

    @Test
    void anInitiatorOnTheStackReadsAndWritesATargetOfTheKernelsSockets() throws Exception {
        try (Child server = Child.start(overTheKernel(serve(KERNEL)))) {
            server.awaitOutput("Ctrl-C ends it", SOON);
            for (List<String> load : loads(KERNEL)) {
                assertThat(Child.run(SOON, overTheStack(load))).contains("as they should be");
            }
            assertThat(Child.run(SOON, overTheStack(nvme("discover", KERNEL))))
                    .contains(NAME + "  tcp " + KERNEL + " port 4420");
            assertThat(Child.run(SOON, overTheStack(nvme("connect", KERNEL, "--nqn", NAME))))
                    .contains("median read us");
            end(server);
        }
    }
}
