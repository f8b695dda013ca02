package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;

/**
 * On which processor each worker runs.
 *
 * @param cpus one for each worker
 */
record Placement(List<Integer> cpus) {

    /**
     * Takes what was asked for, or processors from the highest number down: the lowest have most of
     * everybody else's work.
     *
     * @param groups of ports that cannot be divided among workers
     */
    static Placement of(@Nullable Integer workers, @Nullable List<Integer> asked, int groups) {
        List<Integer> allowed = allowed();
        if (asked != null) {
            if (workers != null) {
                throw Refusal.wrongUse("--workers and --cpus say the same; give one of them.");
            }
            requireAllowed(asked, allowed);
            requireWork(asked.size(), groups);
            return new Placement(asked);
        }
        int wanted = workers == null ? Math.min(groups, allowed.size()) : workers;
        if (wanted < 1 || wanted > allowed.size()) {
            throw Refusal.wrongUse(
                    "--workers is a number from 1 to "
                            + allowed.size()
                            + " here, as each worker has a processor of its own; it was "
                            + wanted
                            + ".");
        }
        requireWork(wanted, groups);
        return new Placement(allowed.reversed().subList(0, wanted));
    }

    private static void requireAllowed(List<Integer> asked, List<Integer> allowed) {
        if (asked.isEmpty()
                || !allowed.containsAll(asked)
                || new HashSet<>(asked).size() != asked.size()) {
            throw Refusal.wrongUse(
                    "--cpus is a list of processors, each once, out of " + allowed + ".");
        }
    }

    private static void requireWork(int workers, int groups) {
        if (workers > groups) {
            throw Refusal.wrongUse(
                    workers
                            + " workers are too many: the ports that exchange frames are one worker's, which makes "
                            + groups
                            + " here.");
        }
    }

    private static List<Integer> allowed() {
        try {
            BitSet cpus = Affinity.allowedCpus();
            return cpus.stream().boxed().toList();
        } catch (SystemCallException e) {
            throw Refusal.failed(FileTrouble.words(e) + ".");
        }
    }
}
