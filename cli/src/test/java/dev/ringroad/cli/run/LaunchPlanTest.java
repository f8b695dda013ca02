package dev.ringroad.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

final class LaunchPlanTest {
    private static final String AGENT =
            "-javaagent:/rr/agent.jar=profile=latency;net=memif:/tmp/a,ip=10.0.0.1/24";
    private static final String ACCESS = "--enable-native-access=ALL-UNNAMED";

    @TempDir private Path folder;
    private Path jdk;
    private Path scripts;
    private final AgentOption agent =
            new AgentOption(
                    Path.of("/rr/agent.jar"), "latency", List.of("memif:/tmp/a,ip=10.0.0.1/24"));

    @BeforeEach
    void makePrograms() throws IOException {
        jdk = makeJdk("jdk", "25.0.3");
        scripts = Files.createDirectories(folder.resolve("scripts"));
        makeProgram(scripts.resolve("start.sh"));
    }

    private Path makeJdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        makeProgram(home.resolve("bin/java"));
        makeProgram(home.resolve("bin/jwebserver"));
        Files.writeString(home.resolve("lib/modules"), "");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void makeProgram(Path path) throws IOException {
        Files.writeString(path, "#!/bin/sh\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private LaunchPlan plan(String word, Map<String, String> environment) {
        return LaunchPlan.of(word, agent, jdk, environment);
    }

    private Map<String, String> path() {
        return Map.of("PATH", "/nowhere:" + scripts);
    }

    @Test
    void aBareJavaIsTheJdkAtHandWithTheAgent() {
        LaunchPlan plan = plan("java", path());

        assertThat(plan.program()).isEqualTo(jdk.resolve("bin/java"));
        assertThat(plan.inserted()).containsExactly(AGENT, ACCESS);
        assertThat(plan.environment()).isEmpty();
    }

    @Test
    void otherLaunchersTakeTheAgentBehindJ() {
        LaunchPlan plan = plan("jwebserver", path());

        assertThat(plan.program()).isEqualTo(jdk.resolve("bin/jwebserver"));
        assertThat(plan.inserted()).containsExactly("-J" + AGENT, "-J" + ACCESS);
    }

    @Test
    void aJavaWithAPathStaysThatOneAlsoBehindALink() throws IOException {
        Path other = makeJdk("other", "26").resolve("bin/java");
        Path link = Files.createSymbolicLink(folder.resolve("java"), other);

        assertThat(plan(other.toString(), path()).program()).isEqualTo(other);
        assertThat(plan(link.toString(), path()).inserted()).containsExactly(AGENT, ACCESS);
    }

    @Test
    void aJavaThatIsTooOldIsRefused() throws IOException {
        String old = makeJdk("old", "1.8.0_402").resolve("bin/java").toString();

        assertThatThrownBy(() -> plan(old, path()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("1.8.0_402")
                .hasMessageContaining("25");
    }

    @Test
    void aScriptGetsTheAgentThroughTheEnvironment() {
        LaunchPlan plan = plan("start.sh", path());

        assertThat(plan.program()).isEqualTo(scripts.resolve("start.sh"));
        assertThat(plan.inserted()).isEmpty();
        assertThat(plan.environment()).isEqualTo(Map.of("JDK_JAVA_OPTIONS", AGENT + " " + ACCESS));
    }

    @Test
    void whatTheEnvironmentHasAlreadyStays() {
        Map<String, String> environment =
                Map.of("PATH", scripts.toString(), "JDK_JAVA_OPTIONS", "-Xmx1g");

        assertThat(plan("start.sh", environment).environment().get("JDK_JAVA_OPTIONS"))
                .isEqualTo("-Xmx1g " + AGENT + " " + ACCESS);
    }

    @Test
    void whiteSpaceInAPathIsQuotedForTheEnvironment() {
        AgentOption spaced = new AgentOption(Path.of("/my rr/a.jar"), "safe", List.of("memif:/a"));

        assertThat(spaced.forEnvironment(""))
                .startsWith("\"-javaagent:/my rr/a.jar=profile=safe;net=memif:/a\" ");
        assertThat(new AgentOption(Path.of("/it's \"here\""), "safe", List.of()))
                .satisfies(
                        odd ->
                                assertThatThrownBy(() -> odd.forEnvironment(""))
                                        .isInstanceOf(Refusal.class));
    }

    @Test
    void whatIsNotThereIsRefusedInASentence() {
        assertThatThrownBy(() -> plan("nosuch", path()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("PATH");
        assertThatThrownBy(() -> plan("./nosuch", path())).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> plan(jdk.resolve("release").toString(), path()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("execute");
    }

    @Test
    void anAgentThatTheJvmCouldNotTakeApartIsRefused() {
        assertThatThrownBy(() -> new AgentOption(Path.of("/a=b.jar"), "safe", List.of()))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(
                        () -> new AgentOption(Path.of("/a.jar"), "safe", List.of("memif:/a;net=x")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("--net of its own");
    }
}
