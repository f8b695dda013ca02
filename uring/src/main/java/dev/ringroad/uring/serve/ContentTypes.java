package dev.ringroad.uring.serve;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What a file is, by the end of its name. */
final class ContentTypes {
    private static final String UNKNOWN = "application/octet-stream";
    private static final Map<String, String> BY_SUFFIX = new HashMap<>();

    static {
        add("text/html; charset=utf-8", "html", "htm");
        add("text/plain; charset=utf-8", "txt", "md", "log");
        add("text/css; charset=utf-8", "css");
        add("text/csv; charset=utf-8", "csv");
        add("text/javascript; charset=utf-8", "js", "mjs");
        add("application/json", "json", "map");
        add("application/xml", "xml");
        add("application/pdf", "pdf");
        add("application/wasm", "wasm");
        add("application/zip", "zip");
        add("application/gzip", "gz");
        add("image/png", "png");
        add("image/jpeg", "jpg", "jpeg");
        add("image/gif", "gif");
        add("image/webp", "webp");
        add("image/svg+xml", "svg");
        add("image/x-icon", "ico");
        add("font/woff2", "woff2");
        add("audio/mpeg", "mp3");
        add("video/mp4", "mp4");
        add("video/webm", "webm");
    }

    private ContentTypes() {}

    private static void add(String type, String... suffixes) {
        for (String suffix : suffixes) {
            BY_SUFFIX.put(suffix, type);
        }
    }

    /** Of a path. */
    static String of(String path) {
        String suffix = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return BY_SUFFIX.getOrDefault(suffix, UNKNOWN);
    }
}
