package dev.ringroad.cli.pci;

import dev.ringroad.cli.pci.PciUse.Weight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The interfaces of a function, those above them (bonds, bridges, VLANs), and the routes that lead
 * through any of these ({@code proc_pid_net(5)}).
 */
final class NetUses {
    private static final int FLAG_REJECT = 0x200;
    private static final long FLAG_LOCAL = 0x80000000L;
    private static final String UPPER = "upper_";

    private final Roots roots;
    private final Path all;

    NetUses(Roots roots) {
        this.roots = roots;
        this.all = roots.sysfs().resolve("class/net");
    }

    /** Names of the function's interfaces, in order. */
    Set<String> interfaces(Path function) {
        Set<String> found = new TreeSet<>();
        for (String name : names(all)) {
            try {
                if (all.resolve(name).toRealPath().startsWith(function)) {
                    found.add(name);
                }
            } catch (IOException _) {
                // It went in the meantime.
            }
        }
        return found;
    }

    /**
     * Which routes lead through them.
     *
     * @throws IOException when nobody knows, because no list of routes can be read
     */
    List<PciUse> of(Set<String> interfaces) throws IOException {
        List<PciUse> uses = new ArrayList<>();
        if (interfaces.isEmpty()) {
            return uses;
        }
        Map<String, List<String>> routes = routes();
        for (Map.Entry<String, String> entry : withUpper(interfaces).entrySet()) {
            String name = entry.getKey();
            for (String route : routes.getOrDefault(name, List.of())) {
                uses.add(new PciUse(entry.getValue() + name + " has " + route, Weight.ROUTE));
            }
        }
        return uses;
    }

    private Map<String, String> withUpper(Set<String> interfaces) {
        Map<String, String> ways = new LinkedHashMap<>();
        Deque<String> next = new ArrayDeque<>();
        for (String name : interfaces) {
            ways.put(name, "");
            next.add(name);
        }
        while (!next.isEmpty()) {
            String name = next.remove();
            for (String link : names(all.resolve(name))) {
                if (link.startsWith(UPPER)) {
                    String upper = link.substring(UPPER.length());
                    if (ways.putIfAbsent(upper, ways.get(name) + name + " > ") == null) {
                        next.add(upper);
                    }
                }
            }
        }
        return ways;
    }

    private Map<String, List<String>> routes() throws IOException {
        Map<String, List<String>> routes = new LinkedHashMap<>();
        Path four = roots.proc().resolve("net/route");
        Path six = roots.proc().resolve("net/ipv6_route");
        boolean known = false;
        if (Files.isReadable(four)) {
            lines(four).forEach(line -> addFour(line, routes));
            known = true;
        }
        if (Files.isReadable(six)) {
            lines(six).forEach(line -> addSix(line, routes));
            known = true;
        }
        if (!known) {
            throw new IOException("No routes can be read from " + four);
        }
        return routes;
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    }

    // Iface Destination Gateway Flags RefCnt Use Metric Mask ..., numbers in hexadecimal, addresses
    // as the machine holds them.
    private static void addFour(String line, Map<String, List<String>> into) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length < 8) {
            return;
        }
        try {
            int target = Integer.reverseBytes(Integer.parseUnsignedInt(words[1], 16));
            int flags = Integer.parseUnsignedInt(words[3], 16);
            int mask = Integer.parseUnsignedInt(words[7], 16);
            if ((flags & FLAG_REJECT) == 0) {
                String text =
                        "%d.%d.%d.%d/%d"
                                .formatted(
                                        target >>> 24,
                                        target >>> 16 & 0xff,
                                        target >>> 8 & 0xff,
                                        target & 0xff,
                                        Integer.bitCount(mask));
                boolean all = target == 0 && mask == 0;
                add(into, words[0], all ? "the default route" : "the route to " + text);
            }
        } catch (NumberFormatException _) {
            // The heading, or no route.
        }
    }

    // destination, prefix, source, prefix, next hop, metric, references, use, flags, interface
    private static void addSix(String line, Map<String, List<String>> into) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length < 10 || words[0].length() != 32) {
            return;
        }
        try {
            long flags = Long.parseLong(words[8], 16);
            int prefix = Integer.parseInt(words[1], 16);
            // Every interface has those of the link and of groups.
            boolean ofLink = words[0].startsWith("fe8") || words[0].startsWith("ff");
            if ((flags & (FLAG_REJECT | FLAG_LOCAL)) == 0 && !ofLink) {
                boolean all = prefix == 0 && words[0].chars().allMatch(digit -> digit == '0');
                String text = words[0].replaceAll("(....)(?!$)", "$1:") + "/" + prefix;
                add(into, words[9], all ? "the default route (IPv6)" : "the route to " + text);
            }
        } catch (NumberFormatException _) {
            // No route.
        }
    }

    private static void add(Map<String, List<String>> into, String name, String route) {
        List<String> known = into.computeIfAbsent(name, _ -> new ArrayList<>());
        if (!known.contains(route)) {
            known.add(route);
        }
    }

    private static Set<String> names(Path folder) {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException _) {
            return names;
        }
        return names;
    }
}
