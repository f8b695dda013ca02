package dev.ringroad.net.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.device.fault.FaultPlan;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Objects;

final class DecorationsTest {
    private static Decorations of(String options) {
        return Decorations.of(DeviceSpec.parse("memif:/tmp/a" + options));
    }

    @Test
    void withoutOptionsNothingIsPutAround() {
        assertThat(of("")).isEqualTo(new Decorations(null, null));
        assertThat(of(",seed=7,loss=0").fault()).isNull();
    }

    @Test
    void everyOptionIsTaken() {
        DeviceSpec spec =
                DeviceSpec.parse(
                        "memif:/tmp/a,capture=/tmp/c.pcapng,loss=0.01,duplicate=0.02,reorder=0.03,"
                                + "corrupt=1e-4,delay=2ms,seed=7");
        Decorations decorations = Decorations.of(spec);

        FaultPlan plan = Objects.requireNonNull(decorations.fault());
        assertThat(decorations.capture()).isEqualTo(Path.of("/tmp/c.pcapng"));
        assertThat(plan.seed()).isEqualTo(7);
        assertThat(plan.loss()).isEqualTo(0.01);
        assertThat(plan.duplicate()).isEqualTo(0.02);
        assertThat(plan.reorder()).isEqualTo(0.03);
        assertThat(plan.corrupt()).isEqualTo(0.0001);
        assertThat(plan.delayNanosMin()).isEqualTo(2_000_000);
        assertThat(plan.delayNanosMax()).isEqualTo(2_000_000);
        spec.requireAllTaken();
    }

    @ParameterizedTest
    @CsvSource({"500us,500000", "3ms,3000000", "10s,10000000000"})
    void aDelayHasAUnit(String text, long nanos) {
        FaultPlan plan = Objects.requireNonNull(of(",delay=" + text).fault());

        assertThat(plan.delayNanosMin()).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource({
        "loss=2,chance from 0 to 1",
        "loss=NaN,chance from 0 to 1",
        "duplicate=-0.1,chance from 0 to 1",
        "reorder=5%,chance from 0 to 1",
        "corrupt=much,chance from 0 to 1",
        "delay=2,500us",
        "delay=11s,up to 10s",
        "delay=99999999999999999999ms,up to 10s",
        "seed=x,a number"
    })
    void aWrongValueIsToldWithWhatIsAllowed(String option, String sentence) {
        assertThatThrownBy(() -> of("," + option))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining(option)
                .hasMessageContaining(sentence);
    }
}
