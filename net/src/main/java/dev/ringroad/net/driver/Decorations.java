package dev.ringroad.net.driver;

import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.device.capture.CaptureDevice;
import dev.ringroad.net.device.capture.PcapngWriter;
import dev.ringroad.net.device.fault.FaultDevice;
import dev.ringroad.net.device.fault.FaultPlan;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a spec asks to be put around its device, of whatever kind that is.
 *
 * <pre>
 *   capture=FILE                          pcapng of all that the device receives and sends
 *   loss, duplicate, reorder, corrupt=P   chance of each frame in each direction, 0 to 1
 *   delay=TIME                            of each frame in each direction, such as 500us or 2ms
 *   seed=N                                of the chances; the same seed, the same faults
 * </pre>
 *
 * <p>The capture is next to the device: it has what was on the wire, so no frame that was lost on
 * the way out, and each one that is lost on the way in.
 *
 * @param fault how the wire is bad; null for a good one
 * @param capture the file; null for none
 */
public record Decorations(@Nullable FaultPlan fault, @Nullable Path capture) {
    private static final int SEED_DEFAULT = 1;
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(us|ms|s)");
    private static final long DELAY_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    /**
     * Takes the options from a spec.
     *
     * @throws SpecException when a value is not allowed, or frames would be corrupted on a link
     *     whose ends trust each other's bytes, so that programs would get damaged data
     */
    public static Decorations of(DeviceSpec spec) {
        String file = spec.take("capture");
        FaultPlan good = FaultPlan.none(spec.takeInt("seed", SEED_DEFAULT, 0, Integer.MAX_VALUE));
        long delayNanos = delayNanos(spec);
        FaultPlan plan =
                good.withLoss(chance(spec, "loss"))
                        .withDuplicate(chance(spec, "duplicate"))
                        .withReorder(chance(spec, "reorder"), good.reorderNanos())
                        .withCorrupt(chance(spec, "corrupt"))
                        .withDelay(delayNanos, delayNanos);
        if (plan.corrupt() > 0 && "no".equals(spec.options().get("checksum"))) {
            throw new SpecException(
                    "\""
                            + spec
                            + "\" corrupts frames whose checksums nobody verifies, so that programs"
                            + " would get damaged data; leave out checksum=no or corrupt");
        }
        return new Decorations(
                plan.equals(good) ? null : plan, file == null ? null : Path.of(file));
    }

    private static double chance(DeviceSpec spec, String key) {
        String value = spec.take(key, "0");
        try {
            double chance = Double.parseDouble(value);
            if (chance >= 0 && chance <= 1) {
                return chance;
            }
        } catch (NumberFormatException _) {
            // Told below, together with the range.
        }
        throw spec.wrong(key, value, "a chance from 0 to 1, such as 0.01");
    }

    private static long delayNanos(DeviceSpec spec) {
        String value = spec.take("delay");
        if (value == null) {
            return 0;
        }
        Matcher time = TIME.matcher(value);
        if (time.matches()) {
            TimeUnit unit =
                    switch (time.group(2)) {
                        case "us" -> TimeUnit.MICROSECONDS;
                        case "ms" -> TimeUnit.MILLISECONDS;
                        default -> TimeUnit.SECONDS;
                    };
            long nanos = unit.toNanos(Long.parseLong(time.group(1)));
            if (nanos <= DELAY_NANOS_MAX) {
                return nanos;
            }
        }
        throw spec.wrong("delay", value, "a time up to 10s, such as 500us or 2ms");
    }

    /**
     * The device with its decorations; it is closed with them, also when this fails. Closing the
     * result throws an {@link UncheckedIOException} when the capture could not be written.
     *
     * @throws IOException when the file cannot be created
     */
    NetDevice around(NetDevice device) throws IOException {
        NetDevice result = device;
        if (capture != null) {
            result = captured(device, capture);
        }
        return fault == null ? result : new FaultDevice(result, fault);
    }

    private static NetDevice captured(NetDevice device, Path file) throws IOException {
        PcapngWriter writer;
        try {
            writer = new PcapngWriter(file);
        } catch (IOException e) {
            device.close();
            throw new IOException(
                    "The capture file "
                            + file
                            + " cannot be written ("
                            + FileTrouble.words(e)
                            + "); choose a path in a folder that exists and may be written to.",
                    e);
        }
        return new OwnedCapture(new CaptureDevice(device, writer), writer, file);
    }

    /** A capture that closes its file with the device. */
    private static final class OwnedCapture extends DecoratedDevice {
        private final PcapngWriter writer;
        private final Path file;

        OwnedCapture(CaptureDevice inner, PcapngWriter writer, Path file) {
            super(inner);
            this.writer = writer;
            this.file = file;
        }

        @Override
        public void close() {
            try (writer) {
                super.close();
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "The capture file " + file + " is incomplete: " + e.getMessage() + ".", e);
            }
        }
    }
}
