package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.stack.route.StaticRoute;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of routes: one a line, prefix and gateway; what follows a # is for people. */
final class RouteFile {

    private RouteFile() {}

    static List<StaticRoute> read(Path file) {
        List<StaticRoute> routes = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                routes.add(route(file, i + 1, line));
            }
        }
        return routes;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw Refusal.wrongUse("The file of routes " + file + " is no text.");
        } catch (IOException e) {
            throw Refusal.wrongUse(
                    "The file of routes "
                            + file
                            + " cannot be read: "
                            + FileTrouble.words(e)
                            + ".");
        }
    }

    private static StaticRoute route(Path file, int number, String line) {
        String[] words = line.split("\\s+|=", -1);
        try {
            if (words.length == 2) {
                return StaticRoute.of(words[0], words[1]);
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(file + ", line " + number + ": " + e.getMessage());
        }
        throw Refusal.wrongUse(
                file
                        + ", line "
                        + number
                        + ": \""
                        + line
                        + "\" is no route; write PREFIX GATEWAY, like 10.3.0.0/16 10.2.0.7.");
    }
}
