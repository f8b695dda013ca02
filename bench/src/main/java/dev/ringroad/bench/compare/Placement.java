package dev.ringroad.bench.compare;

import java.util.List;

/** On which processors the two programs of a run may run. */
public enum Placement {
    /** A processor for each. */
    TWO_CORES("a core each"),
    /** Both on the same one: where the kernel hands over between sleeping threads soonest. */
    ONE_CORE("both on one core"),
    /** Wherever the scheduler puts them. */
    FREE("not pinned");

    private final String words;

    Placement(String words) {
        this.words = words;
    }

    /** The placement in plain words. */
    public String words() {
        return words;
    }

    /** Words to put before the command of one end. */
    List<String> prefix(End end, Processors processors) {
        if (this == FREE || !processors.pinning()) {
            return List.of();
        }
        int processor =
                this == ONE_CORE || end == End.SERVER ? processors.first() : processors.second();
        return List.of("taskset", "-c", Integer.toString(processor));
    }
}
