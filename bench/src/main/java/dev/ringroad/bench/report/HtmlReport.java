package dev.ringroad.bench.report;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.compare.ComparisonResult;
import dev.ringroad.bench.compare.Curve;
import dev.ringroad.bench.compare.MeasuredRow;
import dev.ringroad.bench.compare.Workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** A comparison as one self-contained page: no script, nothing fetched, light and dark. */
public final class HtmlReport {
    private static final String STYLE = "report.css";
    private static final Set<String> HEADLINES =
            Set.of(
                    "tcp 64 B round trip p50, kernel blocking",
                    "tcp 64 B round trip p50, kernel spinning",
                    "udp 64 B round trip p50, kernel spinning",
                    "tcp stream 64 KiB writes",
                    "http requests per second");

    private final ComparisonResult result;
    private final StringBuilder out = new StringBuilder();

    private HtmlReport(ComparisonResult result) {
        this.result = result;
    }

    /** The page. */
    public static String of(ComparisonResult result) {
        HtmlReport report = new HtmlReport(result);
        report.page();
        return report.out.toString();
    }

    private void page() {
        line("<!DOCTYPE html>");
        line("<html lang='en'>");
        line("<head>");
        line("<meta charset='utf-8'>");
        line("<meta name='viewport' content='width=device-width, initial-scale=1'>");
        line("<title>Ringroad beside the kernel</title>");
        line("<style>");
        line(style());
        line("</style>");
        line("</head>");
        line("<body>");
        line("<main>");
        introduction();
        plots();
        table();
        facts();
        line("</main>");
        line("</body>");
        line("</html>");
    }

    private static String style() {
        try (InputStream css = HtmlReport.class.getResourceAsStream(STYLE)) {
            if (css == null) {
                throw new IllegalStateException("The jar lacks " + STYLE);
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void introduction() {
        line("<h1>Ringroad beside the kernel</h1>");
        line(
                "<p>The same unmodified Java programs, a client and a server as two processes on one machine, once over the");
        line(
                "kernel&#39;s loopback and once over two user-space stacks with shared memory between them. A ratio above 1 means");
        line("that Ringroad is better.</p>");
        line("<ul class='tiles'>");
        for (BenchRow row : result.benchRows()) {
            if (HEADLINES.contains(row.name())) {
                line("<li><span class='quiet'>" + Html.escape(row.name()) + "</span>");
                line("<strong>" + Figures.ratio(row.ratio()) + "</strong>");
                line(Html.figure(Figures.withUnit(row.ours(), row.unit())));
                line(
                        "<span class='quiet'>to "
                                + Html.figure(Figures.withUnit(row.peer(), row.unit()))
                                + "</span></li>");
            }
        }
        line("</ul>");
    }

    private void plots() {
        if (result.curves().isEmpty()) {
            return;
        }
        line("<h2>Round-trip times by percentile</h2>");
        line("<p class='quiet'>Lower is better; both axes are logarithmic.</p>");
        line("<div class='plots'>");
        for (String protocol : List.of("tcp", "udp")) {
            for (int bytes : Workload.SIZES) {
                List<Curve> curves =
                        result.curves().stream()
                                .filter(
                                        curve ->
                                                curve.protocol().equals(protocol)
                                                        && curve.bytes() == bytes)
                                .toList();
                if (!curves.isEmpty()) {
                    plot(protocol, bytes, curves);
                }
            }
        }
        line("</div>");
    }

    private void plot(String protocol, int bytes, List<Curve> curves) {
        String title = protocol + " round trips of " + bytes + " bytes";
        line("<figure>");
        line("<figcaption>" + title + "</figcaption>");
        out.append(new PercentilePlot(protocol + bytes, title, curves).svg());
        line("<ul class='legend'>");
        for (Curve curve : curves) {
            line("<li><svg viewBox='0 0 40 10' aria-hidden='true'>");
            line(
                    "<line class='"
                            + PercentilePlot.style(curve)
                            + "' x1='2' y1='5' x2='38' y2='5'/></svg>");
            line(
                    Html.escape(curve.name())
                            + ": <b>"
                            + Html.figure(PercentilePlot.micros(curve.nanos(), 50))
                            + "</b>");
            line(
                    "<span class='quiet'>p99 "
                            + Html.figure(PercentilePlot.micros(curve.nanos(), 99))
                            + "</span></li>");
        }
        line("</ul>");
        line("</figure>");
    }

    private void table() {
        line("<h2>All figures</h2>");
        line("<div class='scroll'><table>");
        line(
                "<thead><tr><th scope='col'>What</th><th scope='col'>Ringroad</th><th scope='col'>Peer</th>");
        line(
                "<th scope='col'>Ratio</th><th scope='col'>Ratio by round</th><th scope='col'>Peer ran</th></tr></thead>");
        String group = "";
        for (MeasuredRow row : result.rows()) {
            if (!row.group().equals(group)) {
                line(group.isEmpty() ? "<tbody>" : "</tbody><tbody>");
                group = row.group();
            }
            row(row);
        }
        line(group.isEmpty() ? "</table></div>" : "</tbody></table></div>");
    }

    private void row(MeasuredRow measured) {
        BenchRow row = measured.row();
        boolean better = row.ratio() >= 1;
        line("<tr><th scope='row'>" + Html.escape(row.name()) + "</th>");
        line("<td>" + Html.figure(Figures.withUnit(row.ours(), row.unit())) + "</td>");
        line("<td>" + Html.figure(Figures.withUnit(row.peer(), row.unit())) + "</td>");
        line(
                "<td class='"
                        + (better ? "good'>&#9650; " : "bad'>&#9660; ")
                        + Figures.ratio(row.ratio())
                        + "</td>");
        boolean spread = measured.lowestRatio() < measured.highestRatio();
        String rounds =
                Figures.ratio(measured.lowestRatio())
                        + " to "
                        + Figures.ratio(measured.highestRatio());
        line("<td>" + (spread ? Html.figure(rounds) : "one round") + "</td>");
        line(
                "<td>"
                        + Html.escape(row.peerName() + ", " + measured.peerPlacement().words())
                        + "</td></tr>");
    }

    private void facts() {
        line("<h2>How this was measured</h2>");
        for (String note : Notes.all()) {
            line("<p>" + Html.escape(note) + "</p>");
        }
        line("<dl>");
        result.facts()
                .forEach(
                        (name, value) ->
                                line(
                                        "<dt>"
                                                + Html.escape(name)
                                                + "</dt><dd>"
                                                + Html.escape(value)
                                                + "</dd>"));
        line("</dl>");
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
