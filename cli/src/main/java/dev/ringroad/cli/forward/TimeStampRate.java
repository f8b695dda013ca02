package dev.ringroad.cli.forward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast the processor's time stamp counter goes, which is what cycles are counted in elsewhere.
 *
 * <p>Java cannot read the counter, and the kernel does not say its rate. A constant counter goes at
 * the processor's nominal frequency: the model's name has it, and where nobody measures the present
 * frequency (no {@code aperfmperf}, as in most virtual machines) {@code cpu MHz} is it, exactly.
 */
final class TimeStampRate {

    private static final Pattern MODEL = Pattern.compile("(?m)^model name\\s*:.*@ ([0-9.]+)GHz");
    private static final Pattern PRESENT = Pattern.compile("(?m)^cpu MHz\\s*: ([0-9.]+)$");
    private static final double MHZ_PER_GHZ = 1000;
    private static final double CYCLES_A_NANO = read();

    private TimeStampRate() {}

    /** Cycles in a nanosecond; 0 when that cannot be known. */
    static double cyclesANano() {
        return CYCLES_A_NANO;
    }

    private static double read() {
        try {
            return cyclesANano(Files.readString(Path.of("/proc/cpuinfo")));
        } catch (IOException _) {
            return 0;
        }
    }

    /** Cycles in a nanosecond by the text of {@code /proc/cpuinfo}; 0 when it does not tell. */
    static double cyclesANano(String cpuinfo) {
        if (!cpuinfo.contains(" constant_tsc")) {
            return 0;
        }
        Matcher present = PRESENT.matcher(cpuinfo);
        if (!cpuinfo.contains(" aperfmperf") && present.find()) {
            return Double.parseDouble(present.group(1)) / MHZ_PER_GHZ;
        }
        Matcher model = MODEL.matcher(cpuinfo);
        return model.find() ? Double.parseDouble(model.group(1)) : 0;
    }
}
