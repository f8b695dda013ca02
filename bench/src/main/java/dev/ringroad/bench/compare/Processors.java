package dev.ringroad.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two processors on which the programs are pinned.
 *
 * @param first the server's
 * @param second the client's, another core of the same package where there is one
 * @param pinning whether programs can be pinned at all
 */
public record Processors(int first, int second, boolean pinning) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path TOPOLOGY = Path.of("/sys/devices/system/cpu");
    private static final String ALLOWED = "Cpus_allowed_list:";

    /**
     * Chooses from those that this process may use: the last two cores, which serve fewest
     * interrupts.
     */
    public static Processors choose() {
        List<Integer> allowed = allowed();
        boolean taskset =
                Stream.of("/usr/bin/taskset", "/bin/taskset")
                        .map(Path::of)
                        .anyMatch(Files::isExecutable);
        if (allowed.size() < 2 || !taskset) {
            return new Processors(0, 0, false);
        }
        int second = allowed.getLast();
        for (int i = allowed.size() - 2; i >= 0; i--) {
            int first = allowed.get(i);
            if (!topology(first, "core_id").equals(topology(second, "core_id"))
                    && topology(first, "physical_package_id")
                            .equals(topology(second, "physical_package_id"))) {
                return new Processors(first, second, true);
            }
        }
        return new Processors(allowed.get(allowed.size() - 2), second, true);
    }

    /** The placement as a sentence for reports. */
    public String words() {
        return pinning
                ? "server pinned to processor " + first + ", client to " + second + " (taskset)"
                : "programs not pinned: two processors and taskset (package util-linux) are needed for that";
    }

    private static List<Integer> allowed() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(ALLOWED)) {
                    return list(line.substring(ALLOWED.length()).trim());
                }
            }
        } catch (IOException e) {
            // no /proc: no pinning
        }
        return List.of();
    }

    /** The kernel's list form, such as {@code 0-3,8}. */
    static List<Integer> list(String text) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String[] ends = part.split("-", -1);
            int from = Integer.parseInt(ends[0]);
            int to = Integer.parseInt(ends[ends.length - 1]);
            for (int i = from; i <= to; i++) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    private static String topology(int processor, String file) {
        try {
            return Files.readString(TOPOLOGY.resolve("cpu" + processor + "/topology/" + file));
        } catch (IOException e) {
            return "unknown " + processor + file;
        }
    }
}
