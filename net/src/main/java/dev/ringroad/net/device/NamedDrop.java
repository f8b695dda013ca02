package dev.ringroad.net.device;

import java.util.Locale;

/**
 * A reason to lose a frame, to refuse a message or to give up a connection, as the constant of an
 * enum: each has a counter and a sentence.
 */
public interface NamedDrop {

    /** The constant's name. */
    String name();

    /** The constant's number, from 0. */
    int ordinal();

    /** What is counted, for people. */
    String sentence();

    /** The reason's part of a counter's name, such as {@code pool-empty}. */
    default String counterName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
