package dev.ringroad.nvme.block.text;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a text says of one device.
 *
 * @param kind its kind's name
 * @param address what is behind the colon; empty when there is none
 * @param options in the order of the text
 * @param below the devices that it is made of
 */
public record BlockSpec(
        String kind, String address, Map<String, String> options, List<BlockSpec> below) {
    public BlockSpec {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        below = List.copyOf(below);
    }

    /** The value of an option; null when it is not given. */
    public @Nullable String option(String key) {
        return options.get(key);
    }

    /** An option in bytes. */
    public long bytes(String key, long otherwise) {
        String value = options.get(key);
        return value == null ? otherwise : Amounts.bytes(what(key), value);
    }

    /** An option that is a count. */
    public long count(String key, long otherwise) {
        String value = options.get(key);
        return value == null ? otherwise : Amounts.count(what(key), value);
    }

    /** An option that is yes or no. */
    public boolean isSet(String key) {
        String value = options.get(key);
        if (value == null || value.equals("no")) {
            return false;
        }
        if (value.equals("yes")) {
            return true;
        }
        throw new BlockTextException(what(key) + " is yes or no, not \"" + value + "\"");
    }

    /** The address in bytes. */
    public long addressBytes() {
        return Amounts.bytes("The size of " + kind, address);
    }

    /** The address, which has to be there. */
    public String requireAddress(String meaning) {
        if (address.isEmpty()) {
            throw new BlockTextException(kind + " needs " + meaning + ": " + kind + ":…");
        }
        return address;
    }

    /** How messages name an option. */
    public String what(String key) {
        return "The option " + key + " of " + kind;
    }

    /** As it is written, in one way of several. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind);
        if (!address.isEmpty()) {
            text.append(':').append(address);
        }
        options.forEach((key, value) -> text.append(',').append(key).append('=').append(value));
        if (!below.isEmpty()) {
            text.append('(');
            String comma = "";
            for (BlockSpec spec : below) {
                text.append(comma).append(spec);
                comma = ",";
            }
            text.append(')');
        }
        return text.toString();
    }
}
