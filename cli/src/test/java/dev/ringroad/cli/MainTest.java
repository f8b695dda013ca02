package dev.ringroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;

final class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... words) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        commandLine
                .getSubcommands()
                .values()
                .forEach(
                        command ->
                                command.setOut(new PrintWriter(out, true))
                                        .setErr(new PrintWriter(err, true)));
        return commandLine.execute(words);
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            out.getBuffer().setLength(0);

            assertThat(execute(command, "--help")).isZero();
            assertThat(out.toString()).contains("ringroad " + command);
        }
    }

    /** A line that the help's width breaks ends somewhere in its middle, and looks broken. */
    @Test
    void examplesAndTablesFitTheWidthOfHelp() {
        Main.commandLine()
                .getSubcommands()
                .values()
                .forEach(
                        command ->
                                assertThat(command.getCommandSpec().usageMessage().footer())
                                        .as(command.getCommandName())
                                        .allSatisfy(line -> assertThat(line).hasSizeLessThan(100)));
    }

    @Test
    void theVersionIsTold() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).contains("ringroad").contains("JDK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nosuch",
                "--nosuch",
                "run",
                "run --",
                "run --net x -- java",
                "run -- java -version",
                "run --nosuch -- java",
                "compare --rounds x",
                "compare --rounds -1",
                "compare --only telnet",
                "compare --json /no/such/folder/rows.json",
                "doctor --json /",
                "doctor extra",
                "bench",
                "bench nothing",
                "route",
                "route --port nothing",
                "route --port nil:a",
                "route --port nil:a,ip=10.1.0.1",
                "route --port nil:a,ip=10.1.0.0/24",
                "route --port nil:a,ip=fd00::1/64",
                "route --port nil:a,ip=10.1.0.1/24 --port nil:b,ip=10.1.0.2/24",
                "route --port nil:a,ip=10.1.0.1/24 --route 10.3.0.0/16",
                "route --port nil:a,ip=10.1.0.1/24 --route 10.3.0.0/16=10.2.0.7",
                "route --port nil:a,ip=10.1.0.1/24 --route 10.3.0.0/16=10.1.0.1",
                "route --port nil:a,ip=10.1.0.1/24 --route 10.3.0.0/16=10.1.0.2 --route 10.3.0.0/16=10.1.0.3",
                "route --port nil:a,ip=10.1.0.1/24 --routes /no/such/file",
                "route --port nil:a,ip=10.1.0.1/24 --routes /",
                "route --port nil:a,ip=10.1.0.1/24 --idle never",
                "route --port nil:a,ip=10.1.0.1/24 --cpus 0,1",
                "route --port nil:a,ip=10.1.0.1/24,size=1",
                "forward",
                "forward --port nothing",
                "forward --port nul:a",
                "forward --port nil:a,size=1",
                "forward --port nil:a --mode upside-down",
                "forward --port nil:a --workers 0",
                "forward --port nil:a --workers 2",
                "forward --port nil:a --cpus 99999",
                "forward --port nil:a --cpus 0 --workers 1",
                "forward --port nil:a --idle never",
                "forward --port nil:a --burst 0",
                "forward --port nil:a --seconds 0",
                "forward --port nil:a --seconds abc",
                "forward --port nil:a --packets abc",
                "forward --port nil:a --burst abc",
                "forward --port nil:a --workers abc",
                "forward --port ring:a --port ring:a --port ring:a --seconds 1",
                "forward --port nil:a --packets -1",
                "forward --port nil:a --capture 1=a.pcapng",
                "forward --port nil:a --capture a.pcapng",
                "forward --port nil:a --json /no/such/folder/forward.json",
                "counters",
                "counters java",
                "sockets 999999999"
            })
    void wrongUseIsASentenceAndExitCodeTwo(String words) {
        assertThat(execute(words.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("ringroad: ").doesNotContain("\tat ");
    }

    @Test
    void aNumberThatIsNoneIsToldTheRange() {
        execute("forward", "--port", "nil:a", "--seconds", "abc");

        assertThat(err.toString()).contains("--seconds is a number from 1 to ").contains("abc");
    }

    @Test
    void whatIsNoValueOfAnOptionIsToldWithoutJavasExceptions() {
        execute("nvme", "connect", "10.0.0.1", "--nqn", "nqn.2024-01.a:b", "--hostid", "12");

        assertThat(err.toString())
                .contains(
                        "'--hostid': cannot convert '12' to UUID. See ringroad nvme connect --help.")
                .doesNotContain("Exception");
    }

    @Test
    void aNumberThatIsNoneIsToldWithoutJavasTypes() {
        execute("nvme", "perf", "memory:1m", "--ios", "1k");

        assertThat(err.toString()).contains("'1k' is no whole number that fits. See ");
    }

    @ParameterizedTest
    @CsvSource({"bogus, ringroad", "nvme bogus, ringroad nvme", "volume bogus x, ringroad volume"})
    void aCommandThatThereIsNotIsToldWhereToLook(String words, String command) {
        execute(words.split(" ", -1));

        assertThat(err.toString())
                .isEqualToNormalizingNewlines(
                        "ringroad: There is no command \"bogus\". See " + command + " --help.\n");
    }

    @Test
    void forwardSuggestsNoOptionThatItDoesNotKnow() {
        execute("forward", "--port", "nil");

        assertThat(err.toString()).contains("such as memif:").doesNotContain("ip=");
    }

    @Test
    void runWithoutADeviceShowsExamples() {
        execute("run", "--", "java", "-version");

        assertThat(err.toString()).contains("--net memif:").contains("--net tap:");
    }
}
