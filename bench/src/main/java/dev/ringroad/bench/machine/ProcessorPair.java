package dev.ringroad.bench.machine;

import dev.ringroad.core.linux.Affinity;

import java.io.IOException;
import java.util.BitSet;

/** The two processors that a measurement between processors runs on, by their numbers. */
public record ProcessorPair(int first, int second) {

    /**
     * The first two that this process may use.
     *
     * @param purpose the beginning of the complaint, such as "memif is measured between"
     * @throws IOException if it may use one only
     */
    public static ProcessorPair choose(String purpose) throws IOException {
        BitSet cpus = Affinity.allowedCpus();
        if (cpus.cardinality() < 2) {
            throw new IOException(purpose + " two processors, but this process may use one only");
        }
        int first = cpus.nextSetBit(0);
        return new ProcessorPair(first, cpus.nextSetBit(first + 1));
    }
}
