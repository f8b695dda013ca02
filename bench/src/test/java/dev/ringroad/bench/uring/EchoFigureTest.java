package dev.ringroad.bench.uring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the load's program says, and what its parent reads of it. */
final class EchoFigureTest {

    @Test
    void lineIsReadAsItWasWritten() {
        EchoFigure figure = new EchoFigure(123456.75, 64_000, 250_000);
        String line = EchoFigure.line(figure.rate(), figure.medianNanos(), figure.tailNanos());
        assertThat(EchoFigure.parse(line)).isEqualTo(figure);
        assertThat(EchoFigure.parse(EchoFigure.line(1.5e7, 1, 2)))
                .isEqualTo(new EchoFigure(1.5e7, 1, 2));
    }

    @Test
    void otherLinesAreNoFigures() {
        assertThat(EchoFigure.parse("Exception in thread \"main\"")).isNull();
        assertThat(EchoFigure.parse("echo fast")).isNull();
    }
}
