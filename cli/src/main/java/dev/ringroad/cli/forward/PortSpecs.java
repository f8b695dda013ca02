package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Device strings, with what forwarding adds to them. */
final class PortSpecs {

    private PortSpecs() {}

    /** The specs with the captures that were asked for, each as {@code PORT=FILE}. */
    static List<String> withCaptures(List<String> ports, List<String> captures) {
        List<String> specs = new ArrayList<>(ports);
        Set<Path> files = new HashSet<>();
        for (String capture : captures) {
            int equals = capture.indexOf('=');
            int port = port(capture, equals, ports.size());
            String file = capture.substring(equals + 1);
            if (file.isEmpty() || file.indexOf(',') >= 0) {
                throw wrong(capture, ports.size());
            }
            OutputFile.check(Path.of(file));
            if (!files.add(Path.of(file).toAbsolutePath().normalize())) {
                throw Refusal.wrongUse(
                        "Two --capture write " + file + "; give each a file of its own.");
            }
            specs.set(port, specs.get(port) + ",capture=" + file);
        }
        return specs;
    }

    /** The specs taken apart. */
    static List<DeviceSpec> parsed(List<String> specs) {
        try {
            return specs.stream().map(DeviceSpec::parse).toList();
        } catch (SpecException e) {
            throw refused(e);
        }
    }

    /** One sentence out of an exception's message. */
    static Refusal refused(Exception e) {
        String said = String.valueOf(e.getMessage());
        return Refusal.wrongUse(said.endsWith(".") ? said : said + ".");
    }

    /**
     * A TAP would leave checksums to whoever receives, and here nobody does: the frame is passed
     * on, and has to be complete.
     */
    static List<String> complete(List<String> specs) {
        return specs.stream().map(PortSpecs::complete).toList();
    }

    private static String complete(String spec) {
        return spec.startsWith("tap:") && !spec.contains(",offload=") ? spec + ",offload=no" : spec;
    }

    private static int port(String capture, int equals, int ports) {
        try {
            int port = Integer.parseInt(capture.substring(0, Math.max(equals, 0)));
            if (port >= 0 && port < ports) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Told below, together with the range.
        }
        throw wrong(capture, ports);
    }

    private static Refusal wrong(String capture, int ports) {
        return Refusal.wrongUse(
                "--capture is PORT=FILE with a port from 0 to "
                        + (ports - 1)
                        + " and a file without a comma, not \""
                        + capture
                        + "\".");
    }
}
