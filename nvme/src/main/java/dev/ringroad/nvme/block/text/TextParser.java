package dev.ringroad.nvme.block.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes a text apart, from left to right.
 *
 * <pre>
 *   device  = kind [":" address] {"," key "=" value} [below]
 *   below   = "@" device | "(" device {"," device} ")"
 * </pre>
 *
 * <p>Which of the two may follow, or none, is the kind's to say; so the address of a device by
 * itself may have {@code @} and parentheses in it. Inside a list a comma begins an option if a key
 * and an equals sign follow, and the next device if not. A backslash takes its meaning from the
 * character behind it.
 */
final class TextParser {
    private static final int DEPTH_MAX = 16;

    private final String text;
    private final Map<String, BlockKind> kinds;
    private int at;
    private int lists;

    private TextParser(String text, Map<String, BlockKind> kinds) {
        this.text = text;
        this.kinds = kinds;
    }

    static BlockSpec parse(String text, Map<String, BlockKind> kinds) {
        TextParser parser = new TextParser(text, kinds);
        BlockSpec spec = parser.device(0);
        if (parser.at < text.length()) {
            throw parser.wrong(
                    "nothing more belongs here; a comma, parenthesis or @ that is a part of a name"
                            + " has a backslash before it");
        }
        return spec;
    }

    private BlockSpec device(int depth) {
        if (depth == DEPTH_MAX) {
            throw wrong("devices are made of devices at most " + DEPTH_MAX + " deep");
        }
        int begin = at;
        BlockKind kind = kind();
        String address = "";
        if (peek() == ':') {
            at++;
            address = words(kind);
        }
        Map<String, String> options = new LinkedHashMap<>();
        while (peek() == ',' && isOption(at + 1)) {
            at++;
            option(kind, options);
        }
        List<BlockSpec> below = below(kind, depth, begin);
        return new BlockSpec(kind.name(), address, options, below);
    }

    private BlockKind kind() {
        int begin = at;
        while (at < text.length() && isName(text.charAt(at))) {
            at++;
        }
        String name = text.substring(begin, at);
        BlockKind kind = kinds.get(name);
        if (kind == null) {
            at = begin;
            throw wrong(
                    (name.isEmpty()
                                    ? "a device begins with its kind"
                                    : "there is no kind of devices \"" + name + "\"")
                            + (kinds.containsKey("file") && looksLikePath(begin, name)
                                    ? ", and a file is named as file:PATH"
                                    : "")
                            + "; there are "
                            + String.join(", ", kinds.keySet()));
        }
        return kind;
    }

    /** A path rather than a kind: what follows its first word can follow no kind. */
    private boolean looksLikePath(int begin, String name) {
        int end = begin + name.length();
        return end < text.length() && ":@,()".indexOf(text.charAt(end)) < 0;
    }

    private static boolean isName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }

    private boolean isOption(int from) {
        int end = from;
        while (end < text.length() && isName(text.charAt(end))) {
            end++;
        }
        return end > from && end < text.length() && text.charAt(end) == '=';
    }

    private void option(BlockKind kind, Map<String, String> options) {
        int begin = at;
        int equals = text.indexOf('=', at);
        String key = text.substring(at, equals);
        if (!kind.options().contains(key)) {
            throw wrong(
                    kind.name()
                            + " has no option "
                            + key
                            + (kind.options().isEmpty()
                                    ? ""
                                    : "; it has "
                                            + String.join(
                                                    ", ",
                                                    kind.options().stream().sorted().toList())));
        }
        at = equals + 1;
        String value = words(kind);
        if (value.isEmpty() || options.putIfAbsent(key, value) != null) {
            at = begin;
            throw wrong("the option " + key + " is given once, with a value");
        }
    }

    /** An address or a value, up to what ends it. */
    private String words(BlockKind kind) {
        StringBuilder words = new StringBuilder();
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                c = text.charAt(at);
            } else if (ends(c, kind)) {
                break;
            }
            words.append(c);
        }
        return words.toString();
    }

    private boolean ends(char c, BlockKind kind) {
        return c == ','
                || (c == ')' && lists > 0)
                || ((c == '@' || c == '(') && kind.below() != BlockKind.Below.NONE);
    }

    private List<BlockSpec> below(BlockKind kind, int depth, int begin) {
        if (kind.below() == BlockKind.Below.NONE) {
            return List.of();
        }
        List<BlockSpec> below = new ArrayList<>();
        if (peek() == '@') {
            at++;
            below.add(device(depth + 1));
        } else if (peek() == '(') {
            list(depth, below);
        } else {
            throw wrong(
                    kind.name()
                            + " stands before the device that it is made of; write "
                            + kind.form());
        }
        if (kind.below() == BlockKind.Below.ONE && below.size() != 1) {
            at = begin;
            throw wrong(kind.name() + " is made of one device, not of " + below.size());
        }
        return below;
    }

    private void list(int depth, List<BlockSpec> into) {
        lists++;
        do {
            at++;
            into.add(device(depth + 1));
        } while (peek() == ',');
        if (peek() != ')') {
            throw wrong("the list of devices ends with a parenthesis");
        }
        at++;
        lists--;
    }

    /** A character that nothing else is when the text is over. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private BlockTextException wrong(String sentence) {
        String where =
                at == 0
                        ? ""
                        : at < text.length()
                                ? ", at \"" + text.substring(at) + "\""
                                : ", at its end";
        return new BlockTextException(
                "\"" + text + "\" names no block device" + where + ": " + sentence);
    }
}
