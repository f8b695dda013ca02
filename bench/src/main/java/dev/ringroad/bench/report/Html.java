package dev.ringroad.bench.report;

/** Text for a page. */
final class Html {
    private Html() {}

    /** The text as content or attribute value. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A figure that no line break takes apart. */
    static String figure(String text) {
        return escape(text).replace(" ", "&#160;");
    }
}
