package dev.ringroad.net.device;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A device as it is asked for on a command line: {@code kind:address,key=value,key=value}.
 *
 * <p>Each option is taken by the one who understands it: the stack takes its addresses, the driver
 * the rest, and {@link #requireAllTaken} complains about what nobody took, with the names of those
 * that somebody asked for.
 */
public final class DeviceSpec {

    private final String text;
    private final String kind;
    private final String address;
    private final Map<String, String> options;
    private final TreeSet<String> known = new TreeSet<>();

    private DeviceSpec(String text, String kind, String address, Map<String, String> options) {
        this.text = text;
        this.kind = kind;
        this.address = address;
        this.options = options;
    }

    /**
     * Takes a spec apart.
     *
     * @throws SpecException when it is not written as it has to be
     */
    public static DeviceSpec parse(String text) {
        String[] parts = text.strip().split(",", -1);
        int colon = parts[0].indexOf(':');
        if (colon < 1 || colon == parts[0].length() - 1) {
            throw new SpecException(
                    "\""
                            + text
                            + "\" does not name a device; write KIND:ADDRESS[,KEY=VALUE]…, such"
                            + " as memif:/tmp/a.sock,role=server");
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            addOption(text, options, parts[i]);
        }
        String kind = parts[0].substring(0, colon);
        String address = parts[0].substring(colon + 1);
        return new DeviceSpec(text, kind, address, options);
    }

    private static void addOption(String text, Map<String, String> options, String part) {
        int equals = part.indexOf('=');
        if (equals < 1 || equals == part.length() - 1) {
            throw new SpecException(
                    "\"" + part + "\" in \"" + text + "\" is not an option; write KEY=VALUE");
        }
        String key = part.substring(0, equals);
        if (options.putIfAbsent(key, part.substring(equals + 1)) != null) {
            throw new SpecException("\"" + text + "\" has " + key + " twice; once is allowed");
        }
    }

    /** What sort of device, such as {@code memif}. */
    public String kind() {
        return kind;
    }

    /** Which one of its sort, such as the path of a socket or the name of an interface. */
    public String address() {
        return address;
    }

    /** The options that nobody has taken yet, in the order in which they were written. */
    public Map<String, String> options() {
        return Collections.unmodifiableMap(options);
    }

    /**
     * Adds an option that the user of the command did not write here; messages go on quoting the
     * spec as it was written.
     *
     * @return false, and nothing is added, when the spec has it
     */
    public boolean add(String key, String value) {
        return options.putIfAbsent(key, value) == null;
    }

    /** Takes an option; null when it is not there. */
    public @Nullable String take(String key) {
        known.add(key);
        return options.remove(key);
    }

    /** Takes an option, or what it is when it is not there. */
    public String take(String key, String otherwise) {
        String value = take(key);
        return value == null ? otherwise : value;
    }

    /**
     * Takes an option that is a number.
     *
     * @throws SpecException when it is not one from {@code min} to {@code max}
     */
    public int takeInt(String key, int otherwise, int min, int max) {
        String value = take(key);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below, together with the range.
        }
        throw wrong(key, value, "a number from " + min + " to " + max);
    }

    /**
     * Takes an option that is yes or no.
     *
     * @throws SpecException when it is neither
     */
    public boolean takeYesNo(String key, boolean otherwise) {
        return takeOneOf(key, otherwise ? "yes" : "no", List.of("yes", "no")).equals("yes");
    }

    /**
     * Takes an option that is one of a few words.
     *
     * @throws SpecException when it is another
     */
    public String takeOneOf(String key, String otherwise, List<String> allowed) {
        String value = take(key, otherwise);
        if (!allowed.contains(value)) {
            throw wrong(key, value, "one of " + String.join(", ", allowed));
        }
        return value;
    }

    /**
     * Takes an option that is an Ethernet address.
     *
     * @throws SpecException when it is none, or stands for a group
     */
    public MacAddress takeMacAddress(String key, MacAddress otherwise) {
        String value = take(key);
        if (value == null) {
            return otherwise;
        }
        MacAddress parsed = MacAddress.parse(value);
        if (parsed.isGroup()) {
            throw wrong(key, value, "the address of one station; its first byte must be even");
        }
        return parsed;
    }

    /** What to throw when an option's value is not what it has to be. */
    public SpecException wrong(String key, String value, String allowed) {
        return new SpecException(
                key
                        + "="
                        + value
                        + " in \""
                        + text
                        + "\" is not allowed; "
                        + key
                        + " is "
                        + allowed);
    }

    /**
     * Checks that every option was taken by somebody.
     *
     * @throws SpecException when one was not
     */
    public void requireAllTaken() {
        if (!options.isEmpty()) {
            String key = options.keySet().iterator().next();
            throw new SpecException(
                    "\""
                            + text
                            + "\" has an option "
                            + key
                            + " that "
                            + kind
                            + " does not know; it knows "
                            + String.join(", ", known));
        }
    }

    /** The spec as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
