package dev.ringroad.cli.doctor;

/**
 * One thing that was looked at.
 *
 * @param area what it belongs to, such as memory
 * @param name of the thing
 * @param verdict on it
 * @param reason what was found, in words
 * @param remedy what to do about it; empty when there is nothing to do
 */
record Finding(String area, String name, Verdict verdict, String reason, String remedy) {
    static Finding ready(String area, String name, String reason) {
        return new Finding(area, name, Verdict.READY, reason, "");
    }

    static Finding limited(String area, String name, String reason, String remedy) {
        return new Finding(area, name, Verdict.LIMITED, reason, remedy);
    }

    static Finding missing(String area, String name, String reason, String remedy) {
        return new Finding(area, name, Verdict.MISSING, reason, remedy);
    }
}
