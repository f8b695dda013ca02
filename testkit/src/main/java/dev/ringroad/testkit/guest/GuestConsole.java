package dev.ringroad.testkit.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A guest by hand: {@code tools/guest [--java] [--module NAME]... [--program NAME]... [--script
 * NAME]... [QEMU OPTION...]}, then one command a line.
 */
final class GuestConsole {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private GuestConsole() {}

    /** Boots, and passes commands on until the input ends. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        GuestImage image = new GuestImage();
        List<String> devices = new ArrayList<>();
        for (int at = 0; at < arguments.length; at++) {
            switch (arguments[at]) {
                case "--java" -> image.java();
                case "--module" -> image.modules(arguments[++at]);
                case "--program" -> image.programs(arguments[++at]);
                case "--script" -> image.scripts(arguments[++at]);
                default -> devices.add(arguments[at]);
            }
        }
        Path folder = Files.createTempDirectory("ringroad-guest");
        try (Guest guest = Guest.boot(image, folder, devices)) {
            System.out.println("The guest is up. End it with the end of the input.");
            answer(guest);
        } finally {
            remove(folder);
        }
    }

    private static void answer(Guest guest) throws IOException, InterruptedException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            GuestResult result = guest.attempt(line, PATIENCE);
            System.out.println(result.output() + "(status " + result.status() + ")");
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
