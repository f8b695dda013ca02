package dev.ringroad.cli.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The last words of this process's command line, byte by byte as they came: Java's strings have
 * lost what the locale could not decode.
 */
final class RawArguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private RawArguments() {}

    /**
     * The bytes of words that are the last ones of the command line; their UTF-8 when they are not.
     */
    static List<byte[]> of(List<String> words) {
        try {
            return match(words, split(Files.readAllBytes(COMMAND_LINE)));
        } catch (IOException e) {
            return encoded(words);
        }
    }

    static List<byte[]> split(byte[] commandLine) {
        List<byte[]> words = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                byte[] word = new byte[i - begin];
                System.arraycopy(commandLine, begin, word, 0, word.length);
                words.add(word);
                begin = i + 1;
            }
        }
        return words;
    }

    static List<byte[]> match(List<String> words, List<byte[]> commandLine) {
        int first = commandLine.size() - words.size();
        if (first < 0) {
            return encoded(words);
        }
        List<byte[]> last = commandLine.subList(first, commandLine.size());
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean plain = word.chars().allMatch(c -> c < 0x80);
            if (plain && !word.equals(new String(last.get(i), StandardCharsets.UTF_8))) {
                return encoded(words);
            }
        }
        return List.copyOf(last);
    }

    private static List<byte[]> encoded(List<String> words) {
        return words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    }
}
