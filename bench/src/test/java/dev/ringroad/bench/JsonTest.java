package dev.ringroad.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

final class JsonTest {
    @Test
    void everyKindOfValueIsRead() {
        assertThat(
                        Json.parse(
                                " {\"a\": [1, -2.5e3, true, false, null, \"x\\u0041\\n\\/\"], \"b\": {}} "))
                .isEqualTo(
                        Map.of(
                                "a",
                                Arrays.asList(1.0, -2500.0, true, false, null, "xA\n/"),
                                "b",
                                Map.of()));
    }

    @Property
    void aQuotedStringComesBack(@ForAll String text) {
        assertThat(Json.parse(Json.quote(text))).isEqualTo(text);
    }

    @Property
    void aNumberComesBack(@ForAll double value) {
        if (Double.isFinite(value)) {
            assertThat(Json.parse("[" + Json.number(value) + "]")).isEqualTo(List.of(value + 0.0));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[1,]",
                "{\"a\":1,}",
                "[1] 2",
                "01",
                "1.",
                "+1",
                "NaN",
                "'a'",
                "\"\t\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "{a:1}",
                "{\"a\":1,\"a\":2}",
                "tru",
                "[",
                "\"",
                "// no"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parse(text));
    }

    @Test
    void endlessNestingIsRefusedBeforeTheStackEnds() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parse("[".repeat(100_000)));
    }
}
