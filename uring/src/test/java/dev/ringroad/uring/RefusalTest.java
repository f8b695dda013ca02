package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.core.linux.Processes;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Machines that refuse rings, each with a sentence that says what mends it. The refused one is a
 * process of its own, with fewer rights; tests of this module run one after the other, so none
 * meets the switch that holds for the whole machine.
 */
final class RefusalTest {
    private static final Path SWITCH = Path.of("/proc/sys/kernel/io_uring_disabled");

    /**
     * A filter that refuses one system call with {@code EPERM} and allows all others, and then the
     * program: load the call's number; skip one if it is another's; refuse; allow ({@code
     * linux/seccomp.h}, {@code linux/filter.h}). Perl is there wherever Debian is.
     */
    private static final String SECCOMP =
            """
            my $filter = pack('SCCL', 0x20, 0, 0, 0) . pack('SCCL', 0x15, 0, 1, 425)
                . pack('SCCL', 0x06, 0, 0, 0x00050001) . pack('SCCL', 0x06, 0, 0, 0x7fff0000);
            my $program = pack('S x6 P', 4, $filter);
            syscall(157, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
            syscall(157, 22, 2, $program, 0, 0) == 0 or die "seccomp: $!";
            exec @ARGV or die "exec: $!";
            """;

    @BeforeEach
    void needRoot() {
        assumeTrue(Processes.userId() == 0, "taking rights away takes root");
    }

    private static String openRing(int entries, String... wrapper)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenRing.class.getName(),
                        Integer.toString(entries)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text.strip();
    }

    private static String without(String capability) {
        return "--bounding-set=-" + capability;
    }

    @Test
    void processWithAllItsRightsOpensOne() throws Exception {
        assertThat(openRing(64)).isEqualTo("opened, a no-op answers 0");
    }

    @Test
    void machineThatForbidsRingsToAllIsNamed() throws Exception {
        assertThat(switchedTo("2", "env"))
                .contains("io_uring_setup(64 entries) failed: EPERM")
                .contains("sysctl kernel.io_uring_disabled=0 (2 forbids it to all");
    }

    @Test
    void machineThatForbidsRingsToTheUnprivilegedIsNamed() throws Exception {
        assertThat(switchedTo("1", "setpriv", without("sys_admin"), "--inh-caps=-sys_admin"))
                .contains("io_uring_setup(64 entries) failed: EPERM")
                .contains("1 to those outside the group of kernel.io_uring_group");
        assertThat(switchedTo("1", "env")).isEqualTo("opened, a no-op answers 0");
    }

    private static String switchedTo(String value, String... wrapper) throws Exception {
        assumeTrue(Files.isWritable(SWITCH), "this kernel cannot forbid rings by sysctl (6.6)");
        String before = Files.readString(SWITCH);
        try {
            Files.writeString(SWITCH, value);
            return openRing(64, wrapper);
        } finally {
            Files.writeString(SWITCH, before);
        }
    }

    @Test
    void sandboxThatForbidsTheCallIsNamed() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the filter is written for x86");
        assertThat(openRing(64, "perl", "-e", SECCOMP))
                .contains("io_uring_setup(64 entries) failed: EPERM")
                .contains("a seccomp profile that permits io_uring_setup");
    }

    @Test
    void limitOfLockedMemoryIsNamed() throws Exception {
        String few = "prlimit --memlock=8192:8192";
        List<String> wrapper = new ArrayList<>();
        wrapper.addAll(List.of("setpriv", without("ipc_lock"), "--inh-caps=-ipc_lock"));
        wrapper.addAll(List.of(few.split(" ")));
        assertThat(openRing(4096, wrapper.toArray(String[]::new)))
                .contains("failed: ENOMEM")
                .contains("raise the limit of locked memory (ulimit -l)");
    }
}
