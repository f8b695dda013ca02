import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/**
 * Counts the tests of each room in its reports and fails when one was skipped, or when a room that
 * has tests reports none.
 *
 * <p>Run by continuous integration: {@code java tools/TestReports.java ROOM…}.
 */
final class TestReports {

    private final DocumentBuilder parser;
    private final List<String> complaints = new ArrayList<>();
    private int tests;

    private TestReports() throws ParserConfigurationException {
        parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    }

    public static void main(String[] rooms) throws Exception {
        TestReports reports = new TestReports();
        for (String room : rooms) {
            reports.read(Path.of(room));
        }
        if (reports.tests == 0) {
            reports.complaints.add("no test ran");
        }
        System.out.println(
                reports.tests + " tests ran, " + reports.complaints.size() + " complaints");
        reports.complaints.forEach(System.err::println);
        System.exit(reports.complaints.isEmpty() ? 0 : 1);
    }

    private void read(Path room) throws IOException, SAXException {
        int before = tests;
        for (String folder : List.of("surefire-reports", "failsafe-reports")) {
            Path reports = room.resolve("target").resolve(folder);
            if (Files.isDirectory(reports)) {
                try (Stream<Path> files = Files.list(reports)) {
                    for (Path file :
                            (Iterable<Path>) files.filter(TestReports::isReport)::iterator) {
                        count(file);
                    }
                }
            }
        }
        if (tests == before && hasTests(room)) {
            complaints.add(room.getFileName() + ": has tests, but none ran");
        }
    }

    private static boolean isReport(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("TEST-") && name.endsWith(".xml");
    }

    private static boolean hasTests(Path room) throws IOException {
        Path sources = room.resolve("src/test/java");
        if (!Files.isDirectory(sources)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.anyMatch(file -> file.toString().endsWith("Test.java"));
        }
    }

    private void count(Path file) throws IOException, SAXException {
        NodeList cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            NodeList skips = test.getElementsByTagName("skipped");
            if (skips.getLength() > 0) {
                String reason = ((Element) skips.item(0)).getAttribute("message");
                complaints.add(
                        "skipped: "
                                + test.getAttribute("classname")
                                + "."
                                + test.getAttribute("name")
                                + ": "
                                + reason);
            } else {
                tests++;
            }
        }
    }
}
