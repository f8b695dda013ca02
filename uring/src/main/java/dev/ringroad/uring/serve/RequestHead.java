package dev.ringroad.uring.serve;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * The head of an HTTP/1.1 request (RFC 9112, sections 2 to 6), as far as files are concerned.
 * Strict: what could be read in two ways is refused, and the connection closed.
 */
final class RequestHead {
    private static final byte CR = '\r';
    private static final byte LF = '\n';
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private @Nullable HttpStatus refusal;
    private byte[] path = {};
    private boolean head;
    private boolean keepsAlive;
    private boolean hasBody;
    private boolean isOldVersion;
    private int hosts;
    private long contentLength = -1;
    private @Nullable ByteRange range;
    private @Nullable String ifRange;
    private long ifModifiedSince = Long.MIN_VALUE;

    private RequestHead() {}

    /**
     * Where the head ends that begins at {@code from}.
     *
     * @return the index behind its empty line, or -1 when it is not all there
     */
    static int end(byte[] bytes, int from, int to) {
        for (int i = from + 3; i < to; i++) {
            if (bytes[i] == LF && bytes[i - 1] == CR && bytes[i - 2] == LF && bytes[i - 3] == CR) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Reads a head whose end was found; what is wrong with it, {@link #refusal} says. */
    static RequestHead parse(byte[] bytes, int from, int end) {
        RequestHead made = new RequestHead();
        String text = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
        int line = text.indexOf("\r\n");
        if (!made.requestLine(text.substring(0, line))) {
            return made;
        }
        int at = line + 2;
        while (at + 2 < text.length()) {
            int next = text.indexOf("\r\n", at);
            if (!made.field(text.substring(at, next))) {
                return made.refuse(HttpStatus.BAD_REQUEST);
            }
            at = next + 2;
        }
        return made.judged();
    }

    private RequestHead refuse(HttpStatus status) {
        if (refusal == null) {
            refusal = status;
        }
        keepsAlive = false;
        return this;
    }

    private RequestHead judged() {
        if (hosts > 1 || (hosts == 0 && !isOldVersion)) {
            return refuse(HttpStatus.BAD_REQUEST);
        }
        if (hasBody || contentLength > 0) {
            return refuse(HttpStatus.CONTENT_TOO_LARGE); // no request here has one
        }
        return this;
    }

    private boolean requestLine(String line) {
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        if (first < 1 || second < 0 || !isToken(line.substring(0, first))) {
            refuse(HttpStatus.BAD_REQUEST);
            return false;
        }
        String version = line.substring(second + 1);
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            refuse(
                    version.matches("HTTP/\\d\\.\\d")
                            ? HttpStatus.VERSION_NOT_SUPPORTED
                            : HttpStatus.BAD_REQUEST);
            return false;
        }
        isOldVersion = version.endsWith("0");
        keepsAlive = !isOldVersion;
        if (!target(line.substring(first + 1, second))) {
            refuse(HttpStatus.BAD_REQUEST);
            return false;
        }
        String method = line.substring(0, first);
        head = method.equals("HEAD");
        if (!head && !method.equals("GET")) {
            refuse(HttpStatus.METHOD_NOT_ALLOWED);
        }
        return true;
    }

    private boolean target(String target) {
        String rest = target;
        if (rest.regionMatches(true, 0, "http://", 0, 7)) { // as proxies are asked
            int slash = rest.indexOf('/', 7);
            rest = slash < 0 ? "/" : rest.substring(slash);
        }
        if (!rest.startsWith("/")) {
            return false;
        }
        int query = rest.indexOf('?');
        return decode(query < 0 ? rest : rest.substring(0, query));
    }

    private boolean decode(String encoded) {
        byte[] decoded = new byte[encoded.length()];
        int count = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int value = c;
            if (c == '%') {
                value = i + 2 < encoded.length() ? hex(encoded, i + 1) : -1;
                i += 2;
            } else if (c <= ' ' || c == 0x7F || c == '#') {
                return false;
            }
            if (value <= 0) {
                return false; // a zero byte would end the path for the kernel
            }
            decoded[count++] = (byte) value;
        }
        path = Arrays.copyOf(decoded, count);
        return true;
    }

    private static int hex(String text, int at) {
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private boolean field(String line) {
        int colon = line.indexOf(':');
        if (colon < 1 || !isToken(line.substring(0, colon)) || !isText(line)) {
            return false;
        }
        String value = line.substring(colon + 1).strip();
        switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "host" -> hosts++;
            case "connection" -> connection(value.toLowerCase(Locale.ROOT));
            case "content-length" -> {
                return length(value);
            }
            case "transfer-encoding" -> hasBody = true;
            case "range" -> range = ByteRange.parse(value);
            case "if-range" -> ifRange = value;
            case "if-modified-since" -> ifModifiedSince = seconds(value);
            default -> {}
        }
        return true;
    }

    private void connection(String value) {
        for (String option : value.split(",", -1)) {
            switch (option.strip()) {
                case "close" -> keepsAlive = false;
                case "keep-alive" -> keepsAlive |= isOldVersion;
                default -> {}
            }
        }
    }

    private boolean length(String value) {
        if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(this::isDigit)) {
            return false;
        }
        long length = Long.parseLong(value);
        boolean agrees = contentLength < 0 || contentLength == length;
        contentLength = length;
        return agrees;
    }

    private boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isText(String text) {
        return text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7F));
    }

    /** Of a date in the form of HTTP; {@link Long#MIN_VALUE} for anything else. */
    private static long seconds(String date) {
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toEpochSecond();
        } catch (DateTimeException e) {
            return Long.MIN_VALUE;
        }
    }

    /** The answer that it gets whatever it asks for, or null. */
    @Nullable HttpStatus refusal() {
        return refusal;
    }

    /** What it asks for, decoded; begins with a slash, and has no zero byte. */
    byte[] path() {
        return path;
    }

    /** Whether only the head of the answer is wanted. */
    boolean isHead() {
        return head;
    }

    /** Whether further requests may follow on the connection. */
    boolean keepsAlive() {
        return keepsAlive;
    }

    /** The part that is wanted of a file that was modified then, or null for all of it. */
    @Nullable ByteRange range(long modifiedSeconds) {
        String condition = ifRange;
        return condition == null || seconds(condition) == modifiedSeconds ? range : null;
    }

    /** Whether the client has a file that was modified then already. */
    boolean isFresh(long modifiedSeconds) {
        return modifiedSeconds <= ifModifiedSince;
    }
}
