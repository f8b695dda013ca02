import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats the Java sources of the repository, or says which ones are not formatted.
 *
 * <p>Run by the build: {@code java @tools/format.args tools/Format.java check|apply PATH…}. Exit
 * code 1 means that {@code check} found something, or that a source does not parse.
 */
final class Format {

    private final Formatter formatter =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());
    private final boolean apply;
    private final List<Path> wrong = new ArrayList<>();
    private boolean broken;

    private Format(boolean apply) {
        this.apply = apply;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 2 || !List.of("check", "apply").contains(args[0])) {
            System.err.println("usage: Format check|apply PATH…");
            System.exit(2);
        }
        Format format = new Format(args[0].equals("apply"));
        for (String path : Arrays.asList(args).subList(1, args.length)) {
            format.visit(Path.of(path));
        }
        System.exit(format.report());
    }

    private void visit(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths.filter(Format::isSource)::iterator) {
                format(path);
            }
        }
    }

    private static boolean isSource(Path path) {
        return path.toString().endsWith(".java") && !path.toString().contains("target/");
    }

    private void format(Path path) throws IOException {
        String before = Files.readString(path);
        try {
            String after = RemoveUnusedImports.removeUnusedImports(before);
            after = ImportOrderer.reorderImports(after, Style.AOSP);
            after = formatter.formatSource(after);
            if (!after.equals(before)) {
                wrong.add(path);
                if (apply) {
                    Files.writeString(path, after);
                }
            }
        } catch (FormatterException e) {
            System.err.println(path + " does not parse: " + e.getMessage());
            broken = true;
        }
    }

    private int report() {
        for (Path path : wrong) {
            System.err.println((apply ? "formatted " : "not formatted: ") + path);
        }
        if (!apply && !wrong.isEmpty()) {
            System.err.println("To mend it: ./mvnw -N verify -Dformat=apply");
        }
        return broken || (!apply && !wrong.isEmpty()) ? 1 : 0;
    }
}
