package dev.ringroad.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.counter.CounterFile.Reading;

import org.junit.jupiter.api.Test;

import java.util.List;

final class InspectTest {
    @Test
    void aTargetIsAPidOrAll() {
        assertThat(Targets.of("4711")).containsExactly(4711L);
        assertThatThrownBy(() -> Targets.of("java"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("a pid, or all");
        assertThatThrownBy(() -> Targets.of("-1")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Targets.of("99999999999")).isInstanceOf(Refusal.class);
    }

    @Test
    void aProcessThatIsNotThereIsASentence() {
        assertThat(Targets.unknown(999_999_999))
                .hasMessageContaining("There is no process 999999999");
        assertThat(Targets.unknown(ProcessHandle.current().pid()))
                .hasMessageContaining("does not run over Ringroad");
    }

    @Test
    void aCommandLineIsShortenedToWhatTellsProgramsApart() {
        assertThat(Targets.mainPart("/usr/lib/jvm/bin/java -Xmx1g -jar /srv/app.jar 80"))
                .isEqualTo("java /srv/app.jar 80");
        assertThat(Targets.mainPart("a\u001b[31m")).doesNotContain("\u001b");
    }

    @Test
    void countersThatCountedNothingAreShownOnRequest() {
        List<Reading> readings =
                List.of(
                        new Reading("ip.in", "IP packets that came in.", 12_345),
                        new Reading("drop.bad-checksum", "Packets whose checksum was wrong.", 0));

        assertThat(CountersCommand.table(readings, false))
                .isEqualTo("  12345  ip.in  IP packets that came in.\n");
        assertThat(CountersCommand.table(readings, true).lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("      0  drop");
        assertThat(CountersCommand.table(List.of(), true)).contains("nothing counted yet");
    }
}
