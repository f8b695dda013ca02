package dev.ringroad.testkit.architecture;

/**
 * A package that uses another, and a class in which it does so.
 *
 * @param from a package without {@code dev.ringroad.}
 * @param to the same, or a library's package in brackets
 * @param where the using class, for the message
 */
record Arrow(String from, String to, String where) {}
