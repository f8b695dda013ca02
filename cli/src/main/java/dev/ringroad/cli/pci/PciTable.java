package dev.ringroad.cli.pci;

import dev.ringroad.bench.Json;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciIdentity;
import dev.ringroad.core.pci.PciResource;
import dev.ringroad.core.pci.PciTree;
import dev.ringroad.core.pci.vfio.VfioDrivers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.StringJoiner;

/** The functions of a machine, for people and for programs. */
final class PciTable {
    private static final List<String> HEADING =
            List.of("ADDRESS", "CLASS", "ID", "DRIVER", "GROUP", "NODE", "USED BY");
    private static final String NONE = "-";

    private final PciTree tree;
    private final PciUses uses;

    PciTable(Roots roots) {
        this.tree = roots.tree();
        this.uses = new PciUses(roots);
    }

    /**
     * A line for each function.
     *
     * @param bars whether what is behind the base address registers is shown too
     */
    String text(List<PciAddress> functions, boolean bars) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADING);
        functions.forEach(address -> rows.add(row(address)));
        int[] widths = new int[HEADING.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            text.append(line(rows.get(i), widths)).append('\n');
            if (bars && i > 0) {
                tree.resources(functions.get(i - 1))
                        .forEach(resource -> text.append(bar(resource)).append('\n'));
            }
        }
        return text.toString();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
        return line.toString().stripTrailing();
    }

    private static String bar(PciResource resource) {
        return "    bar %d: %d bytes of %s at 0x%x"
                .formatted(
                        resource.index(),
                        resource.byteSize(),
                        resource.ports() ? "ports" : "memory",
                        resource.address());
    }

    private List<String> row(PciAddress address) {
        PciIdentity identity = tree.identity(address);
        OptionalInt group = tree.iommuGroup(address);
        int node = tree.numaNode(address);
        String used = String.join("; ", usedBy(address));
        return List.of(
                address.toString(),
                identity.className(),
                identity.ids(),
                tree.driver(address).map(PciTable::printable).orElse(NONE),
                group.isPresent() ? String.valueOf(group.getAsInt()) : NONE,
                node < 0 ? NONE : String.valueOf(node),
                used.isEmpty() ? NONE : used);
    }

    private List<String> usedBy(PciAddress address) {
        List<String> all = new ArrayList<>();
        try {
            uses.of(address).forEach(use -> all.add(printable(use.what())));
        } catch (IOException e) {
            all.add("unknown: " + printable(FileTrouble.words(e)));
        }
        OptionalInt group = tree.iommuGroup(address);
        if (group.isPresent() && tree.driver(address).filter(VfioDrivers::isVfio).isPresent()) {
            List<PciAddress> obstacles = VfioDrivers.obstacles(tree, group.getAsInt());
            if (!obstacles.isEmpty()) {
                all.add("group is not viable because of " + obstacles);
            }
        }
        return all;
    }

    // Mount points are named by whoever mounts, and a terminal obeys what it is shown.
    static String printable(String text) {
        StringBuilder plain = new StringBuilder();
        text.chars().forEach(c -> plain.append(Character.isISOControl(c) ? '?' : (char) c));
        return plain.toString();
    }

    /** An array with an object for each function; what is not there is null. */
    String json(List<PciAddress> functions) {
        StringJoiner array = new StringJoiner(",\n  ", "[\n  ", "\n]\n").setEmptyValue("[]\n");
        functions.forEach(address -> array.add(object(address)));
        return array.toString();
    }

    private String object(PciAddress address) {
        PciIdentity identity = tree.identity(address);
        OptionalInt group = tree.iommuGroup(address);
        int node = tree.numaNode(address);
        StringJoiner bars = new StringJoiner(", ", "[", "]");
        for (PciResource resource : tree.resources(address)) {
            bars.add(
                    "{\"index\": %d, \"bytes\": %d, \"ports\": %b}"
                            .formatted(resource.index(), resource.byteSize(), resource.ports()));
        }
        StringJoiner used = new StringJoiner(", ", "[", "]");
        usedBy(address).forEach(use -> used.add(Json.quote(use)));
        return new StringJoiner(", ", "{", "}")
                .add("\"address\": " + Json.quote(address.toString()))
                .add("\"class\": " + Json.quote(identity.className()))
                .add("\"classCode\": " + hex(identity.classCode(), 6))
                .add("\"vendor\": " + hex(identity.vendor(), 4))
                .add("\"device\": " + hex(identity.device(), 4))
                .add("\"driver\": " + tree.driver(address).map(Json::quote).orElse("null"))
                .add("\"iommuGroup\": " + (group.isPresent() ? group.getAsInt() : "null"))
                .add("\"numaNode\": " + (node < 0 ? "null" : node))
                .add("\"bars\": " + bars)
                .add("\"usedBy\": " + used)
                .toString();
    }

    private static String hex(int value, int digits) {
        return Json.quote(("%0" + digits + "x").formatted(value));
    }
}
