package dev.ringroad.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.compare.ComparisonResult;
import dev.ringroad.bench.compare.Curve;
import dev.ringroad.bench.compare.MeasuredRow;
import dev.ringroad.bench.compare.Placement;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import javax.xml.parsers.DocumentBuilderFactory;

final class ReportTest {
    private static final double LEFT = 0;
    private static final double WIDTH = 760;
    private static final double HEIGHT = 380;

    @Test
    void theTableHasARowForEachFigureAndSaysWhichWayItGoes() {
        String table = TextTable.of(result());

        assertThat(table.lines())
                .anyMatch(
                        line ->
                                line.matches(
                                        "tcp 64 B round trip p50.* 2\\.00 us .* 10\\.0 us .* 5\\.00x .*"))
                .anyMatch(line -> line.matches("tcp stream.* 0\\.50x .*one core"))
                .allMatch(line -> line.equals(line.stripTrailing()));
    }

    @Test
    void roundsAreShownWhenTheyDiffer() {
        assertThat(TextTable.of(result())).contains("4.00 to 6.00");
    }

    @Test
    void thePageFetchesNothing() {
        assertThat(HtmlReport.of(result()))
                .doesNotContain("http:", "https:", "<script", "<link", "@import", "url(");
    }

    @Test
    void thePageIsWellFormedAndHasItsPlots() throws Exception {
        String page = HtmlReport.of(result());
        String body =
                page.substring(
                        page.indexOf("<body>"), page.indexOf("</body>") + "</body>".length());
        Document document = parse(body);

        assertThat(document.getElementsByTagName("figure").getLength()).isEqualTo(1);
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("tr").getLength()).isEqualTo(3);
        assertThat(page).contains("a &lt;b&gt; &amp; c");
    }

    @Test
    void everyPointOfACurveLiesInThePlot() throws Exception {
        Document svg = parse(new PercentilePlot("id", "title", result().curves()).svg());
        NodeList curves = svg.getElementsByTagName("polyline");

        for (int i = 0; i < curves.getLength(); i++) {
            double before = LEFT;
            for (String point : ((Element) curves.item(i)).getAttribute("points").split(" ", -1)) {
                double x = Double.parseDouble(point.substring(0, point.indexOf(',')));
                double y = Double.parseDouble(point.substring(point.indexOf(',') + 1));
                assertThat(x).isBetween(before, WIDTH);
                assertThat(y).isBetween(0.0, HEIGHT);
                before = x;
            }
        }
    }

    @Test
    void aPlotOfOneSampleIsAPlotToo() throws Exception {
        Histogram one = new Histogram(3);
        one.recordValue(1);

        assertThat(parse(new PercentilePlot("id", "t", List.of(curve(one, true))).svg()))
                .isNotNull();
    }

    @Test
    void figuresAreShort() {
        assertThat(Figures.plain(0)).isEqualTo("0");
        assertThat(Figures.plain(1.234)).isEqualTo("1.23");
        assertThat(Figures.plain(12.34)).isEqualTo("12.3");
        assertThat(Figures.plain(123.4)).isEqualTo("123");
        assertThat(Figures.plain(1234567.8)).isEqualTo("1 234 568");
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)));
    }

    private static ComparisonResult result() {
        BenchRow faster =
                BenchRow.of(
                        "tcp 64 B round trip p50, kernel blocking",
                        "us",
                        2,
                        10,
                        "a <b> & c",
                        Better.LOWER);
        BenchRow slower =
                BenchRow.of("tcp stream 64 KiB writes", "Gbit/s", 5, 10, "kernel", Better.HIGHER);
        List<MeasuredRow> rows =
                List.of(
                        new MeasuredRow(faster, 4, 6, Placement.TWO_CORES, "tcp"),
                        new MeasuredRow(slower, 0.5, 0.5, Placement.ONE_CORE, "rates"));
        Random random = new Random(1);
        List<Curve> curves = new ArrayList<>();
        for (boolean ours : new boolean[] {true, false}) {
            Histogram nanos = new Histogram(3);
            for (int i = 0; i < 10_000; i++) {
                nanos.recordValue(
                        (long) (Math.exp(random.nextGaussian()) * (ours ? 2_000 : 10_000)) + 1);
            }
            curves.add(curve(nanos, ours));
        }
        return new ComparisonResult(rows, curves, Map.of("Processor", "one"));
    }

    private static Curve curve(Histogram nanos, boolean ours) {
        return new Curve("tcp", 64, ours ? "ours" : "kernel", ours, false, nanos);
    }
}
