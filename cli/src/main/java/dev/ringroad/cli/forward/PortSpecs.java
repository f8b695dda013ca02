package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Device strings, with what forwarding adds to them. */
final class PortSpecs {

    private PortSpecs() {}

    /** The specs taken apart, with the captures that were asked for, each as {@code PORT=FILE}. */
    static List<DeviceSpec> of(List<String> ports, List<String> captures) {
        try {
            List<DeviceSpec> specs = ports.stream().map(DeviceSpec::parse).toList();
            requireTwoEnds(specs);
            captures.forEach(capture -> addCapture(capture, specs));
            return specs;
        } catch (SpecException e) {
            throw refused(e);
        }
    }

    /** A third end would be the first of another cable, at whose other end is nobody. */
    private static void requireTwoEnds(List<DeviceSpec> specs) {
        Map<String, Integer> ends = new HashMap<>();
        for (DeviceSpec spec : specs) {
            if (spec.kind().equals("ring") && ends.merge(spec.address(), 1, Integer::sum) > 2) {
                throw Refusal.wrongUse(
                        "ring:"
                                + spec.address()
                                + " is a cable with two ends, and here it is named more often; give"
                                + " the others a name of their own.");
            }
        }
    }

    private static void addCapture(String capture, List<DeviceSpec> specs) {
        int equals = capture.indexOf('=');
        int port = port(capture, equals, specs.size());
        String file = capture.substring(equals + 1);
        if (file.isEmpty() || file.indexOf(',') >= 0) {
            throw wrong(capture, specs.size());
        }
        OutputFile.check(Path.of(file));
        if (!specs.get(port).add("capture", file)) {
            throw Refusal.wrongUse("Port " + port + " is captured twice; once is allowed.");
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
    static void complete(List<DeviceSpec> specs) {
        specs.stream().filter(spec -> spec.kind().equals("tap")).forEach(spec -> add(spec, "no"));
    }

    /**
     * What an interface of the kernel receives comes joined by GRO, or whole from the other end of
     * a veth pair, unless somebody has switched that off; a router can cut it.
     */
    static void takeJoined(List<DeviceSpec> specs) {
        specs.stream()
                .filter(spec -> spec.kind().equals("afpacket"))
                .forEach(spec -> add(spec, "yes"));
    }

    private static void add(DeviceSpec spec, String offload) {
        boolean _ = spec.add("offload", offload);
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
