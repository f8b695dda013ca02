package dev.ringroad.bench.compare;

import java.util.List;

/** What lies between the two programs of a run. */
public interface Road {
    /** Who this is, as rows and tables name it. */
    String name();

    /** The address at which the server listens. */
    String serverAddress();

    /** Whether the protocols run in the programs' JVMs, whose compilers have more to do then. */
    default boolean runsInJava() {
        return false;
    }

    /**
     * What the JVM of one end has to be told.
     *
     * @param run a number that no other run of this road has
     */
    List<String> jvmArguments(End end, Traffic traffic, int run);

    /** Settings for this traffic in a sentence, for people who judge the figures. */
    String settings(Traffic traffic);
}
