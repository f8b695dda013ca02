package dev.ringroad.cli.doctor;

import static dev.ringroad.cli.doctor.Finding.limited;
import static dev.ringroad.cli.doctor.Finding.missing;
import static dev.ringroad.cli.doctor.Finding.ready;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.core.counter.RuntimeFiles;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Java, processors, memory and counters: what every path stands on. */
final class BasicChecks {
    private static final int FEATURE_MIN = 25;
    private static final long MEBIBYTE = 1 << 20;
    private static final long LOCKED_BYTES_WANTED = 64 * MEBIBYTE;
    private static final String JAVA = "java";
    private static final String PROCESSORS = "processors";
    private static final String MEMORY = "memory";
    private static final String COUNTERS = "counters";
    private static final String MEND =
            "remove that folder, as root if need be, or set XDG_RUNTIME_DIR to a folder of your own";

    private final Machine machine;
    private final List<Finding> findings = new ArrayList<>();

    private BasicChecks(Machine machine) {
        this.machine = machine;
    }

    static List<Finding> of(Machine machine) {
        BasicChecks checks = new BasicChecks(machine);
        checks.jdk();
        checks.architecture();
        checks.processors();
        checks.isolation();
        checks.clock();
        checks.hugepages();
        checks.lockedMemory();
        checks.available();
        checks.counters();
        return checks.findings;
    }

    private void jdk() {
        String version = Runtime.version() + ", " + System.getProperty("java.vendor");
        findings.add(
                Runtime.version().feature() >= FEATURE_MIN
                        ? ready(JAVA, "JDK", version)
                        : missing(
                                JAVA, "JDK", version, "install JDK " + FEATURE_MIN + " or newer"));
    }

    private void architecture() {
        String found = System.getProperty("os.arch");
        findings.add(
                found.equals("amd64")
                        ? ready(JAVA, "architecture", found)
                        : limited(
                                JAVA,
                                "architecture",
                                found + " is not among those that Ringroad is tested on",
                                "use amd64"));
    }

    private void processors() {
        int usable = Runtime.getRuntime().availableProcessors();
        findings.add(
                usable >= 2
                        ? ready(PROCESSORS, "count", usable + " usable")
                        : limited(
                                PROCESSORS,
                                "count",
                                "only one; a thread that polls takes it from all others",
                                "give the machine a second one, or run with --profile safe"));
    }

    private void isolation() {
        String isolated = machine.text("sys/devices/system/cpu/isolated").orElse("");
        findings.add(
                isolated.isEmpty()
                        ? limited(
                                PROCESSORS,
                                "isolation",
                                "none is kept free of other work, which lengthens the slowest answers",
                                "boot with isolcpus=LIST nohz_full=LIST and start programs with taskset -c")
                        : ready(PROCESSORS, "isolation", "kept free: " + isolated));
    }

    private void clock() {
        String source =
                machine.text("sys/devices/system/clocksource/clocksource0/current_clocksource")
                        .orElse("unknown");
        boolean quick = List.of("tsc", "arch_sys_counter", "kvm-clock").contains(source);
        findings.add(
                quick
                        ? ready(PROCESSORS, "clock", source + ", read without a system call")
                        : limited(
                                PROCESSORS,
                                "clock",
                                source + ", which costs a system call whenever it is read",
                                "boot with clocksource=tsc where the processor's TSC is reliable"));
    }

    private void hugepages() {
        long free = 0;
        List<String> sizes = new ArrayList<>();
        for (String folder : machine.names("sys/kernel/mm/hugepages")) {
            String path = "sys/kernel/mm/hugepages/" + folder + "/";
            long pages = machine.number(path + "free_hugepages");
            long all = machine.number(path + "nr_hugepages");
            free += pages;
            sizes.add(pages + " of " + all + " free of " + folder.replace("hugepages-", ""));
        }
        String found = sizes.isEmpty() ? "the kernel has none" : String.join(", ", sizes);
        findings.add(
                free > 0
                        ? ready(MEMORY, "hugepages", found)
                        : limited(
                                MEMORY,
                                "hugepages",
                                found + "; ordinary pages are used instead",
                                "as root: sysctl vm.nr_hugepages=256"));
    }

    private void lockedMemory() {
        String limit =
                machine.field("proc/self/limits", "Max locked memory")
                        .orElse("")
                        .split("\\s+", 2)[0];
        if (limit.equals("unlimited") || machine.hasCapability(Machine.CAP_IPC_LOCK)) {
            findings.add(ready(MEMORY, "locked", "no limit for this process"));
            return;
        }
        long bytes = limit.matches("\\d{1,18}") ? Long.parseLong(limit) : 0;
        String found = "at most " + bytes / MEBIBYTE + " MiB";
        findings.add(
                bytes >= LOCKED_BYTES_WANTED
                        ? ready(MEMORY, "locked", found)
                        : limited(
                                MEMORY,
                                "locked",
                                found + ": enough for memif and TAP, little for AF_XDP",
                                "ulimit -l unlimited, or memlock in /etc/security/limits.conf"));
    }

    private void available() {
        machine.field("proc/meminfo", "MemAvailable:")
                .ifPresent(found -> findings.add(ready(MEMORY, "available", found)));
    }

    private void counters() {
        try {
            RuntimeFiles.Found found = RuntimeFiles.find();
            String place = "in " + found.directory();
            String passedOver = found.passedOver();
            if (passedOver == null) {
                findings.add(ready(COUNTERS, "folder", place));
            } else {
                findings.add(
                        limited(COUNTERS, "folder", place + ", as " + usual(passedOver), MEND));
            }
        } catch (IOException e) {
            String why = usual(String.valueOf(e.getMessage()));
            findings.add(
                    limited(COUNTERS, "folder", "nobody sees them from outside: " + why, MEND));
        }
    }

    /** The first sentence, without its full stop and to stand within another. */
    private static String usual(String sentences) {
        int end = sentences.indexOf(". ");
        String first = end < 0 ? sentences : sentences.substring(0, end);
        return Character.toLowerCase(first.charAt(0)) + first.substring(1);
    }
}
