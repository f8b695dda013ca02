package dev.ringroad.cli.pci;

import dev.ringroad.cli.pci.PciUse.Weight;
import dev.ringroad.core.linux.FileTrouble;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The disks of a function, what is built on them, and what of that is in use: mounted ({@code
 * proc_pid_mountinfo(5)}), swapped to ({@code proc_swaps(5)}), or part of a device that is, through
 * {@code holders} ({@code Documentation/ABI/testing/sysfs-block}), however many layers there are.
 */
final class BlockUses {
    private static final int MOUNT_MIN_WORDS = 5;

    private final Roots roots;
    private final Path all;

    BlockUses(Roots roots) {
        this.roots = roots;
        this.all = roots.sysfs().resolve("class/block");
    }

    /** Names of disks and partitions of the function, in order. */
    Set<String> disks(Path function) {
        Set<String> found = new TreeSet<>();
        List<Path> homes = new ArrayList<>(List.of(function));
        homes.addAll(subsystems(function));
        for (String name : names(all)) {
            Path home = real(all.resolve(name));
            if (homes.stream().anyMatch(one -> home.startsWith(one) && !home.equals(one))) {
                found.add(name);
            }
        }
        return found;
    }

    // With several paths to a drive, its disk belongs to no function but to a subsystem.
    private List<Path> subsystems(Path function) {
        List<Path> found = new ArrayList<>();
        Path subsystems = roots.sysfs().resolve("class/nvme-subsystem");
        for (String subsystem : names(subsystems)) {
            Path folder = subsystems.resolve(subsystem);
            for (String member : names(folder)) {
                Path link = folder.resolve(member);
                if (Files.isSymbolicLink(link) && member.startsWith("nvme")) {
                    Path controller = real(link);
                    if (controller.startsWith(function)) {
                        found.add(real(folder));
                    }
                }
            }
        }
        return found;
    }

    /**
     * What of these disks is in use.
     *
     * @throws IOException when nobody knows, because the list of mounts cannot be read
     */
    List<PciUse> of(Set<String> disks) throws IOException {
        List<PciUse> uses = new ArrayList<>();
        if (disks.isEmpty()) {
            return uses;
        }
        List<Mount> mounts = mounts();
        Set<String> swaps = swaps();
        for (Map.Entry<String, String> entry : withHolders(disks).entrySet()) {
            String name = entry.getKey();
            String prefix = entry.getValue() + name;
            Set<String> places = places(name, mounts);
            for (String place : places) {
                uses.add(new PciUse(prefix + " is mounted at " + place, Weight.DATA));
            }
            if (swaps.contains(name)) {
                uses.add(new PciUse(prefix + " is swapped to", Weight.DATA));
            }
            if (places.isEmpty() && isOfBtrfs(name)) {
                uses.add(new PciUse(prefix + " is part of a mounted btrfs", Weight.DATA));
            }
        }
        return uses;
    }

    /** These, and what stands on them: each with the way to it in words. */
    private Map<String, String> withHolders(Set<String> disks) {
        Map<String, String> ways = new LinkedHashMap<>();
        Deque<String> next = new ArrayDeque<>();
        for (String disk : disks) {
            ways.put(disk, "");
            next.add(disk);
        }
        while (!next.isEmpty()) {
            String name = next.remove();
            for (String holder : names(all.resolve(name).resolve("holders"))) {
                if (ways.putIfAbsent(holder, ways.get(name) + name + " > ") == null) {
                    next.add(holder);
                }
            }
        }
        return ways;
    }

    /** One line of mountinfo. */
    private record Mount(String number, String place, String source) {}

    private List<Mount> mounts() throws IOException {
        Set<Mount> mounts = new LinkedHashSet<>();
        Path own = roots.proc().resolve("self/mountinfo");
        try {
            read(own, mounts);
        } catch (IOException e) {
            throw new IOException(
                    "What is mounted cannot be read from " + own + ": " + FileTrouble.words(e), e);
        }
        try {
            read(roots.proc().resolve("1/mountinfo"), mounts);
        } catch (IOException _) {
            // Not ours to see; what is mounted there is claimed, which binding finds out.
        }
        return List.copyOf(mounts);
    }

    private static void read(Path file, Set<Mount> into) throws IOException {
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            String[] words = line.split(" ", -1);
            int dash = line.indexOf(" - ");
            String[] rest = dash < 0 ? words : line.substring(dash + 3).split(" ", -1);
            if (words.length >= MOUNT_MIN_WORDS && dash >= 0 && rest.length >= 2) {
                into.add(new Mount(words[2], unescaped(words[4]), unescaped(rest[1])));
            }
        }
    }

    // Space, tabulator, line feed and backslash come as \040 and so on.
    static String unescaped(String word) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '\\' && i + 3 < word.length() && isOctal(word, i + 1)) {
                text.append((char) Integer.parseInt(word.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static boolean isOctal(String word, int at) {
        for (int i = at; i < at + 3; i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '7') {
                return false;
            }
        }
        return true;
    }

    private Set<String> places(String name, List<Mount> mounts) {
        Set<String> places = new LinkedHashSet<>();
        String number = text(all.resolve(name).resolve("dev"));
        for (Mount mount : mounts) {
            if ((!number.isEmpty() && mount.number().equals(number))
                    || nameOf(mount.source()).equals(name)) {
                places.add(mount.place());
            }
        }
        return places;
    }

    /** The kernel's name of what a path of a device leads to, such as {@code dm-0}. */
    private String nameOf(String path) {
        if (!path.startsWith("/dev/")) {
            return "";
        }
        return String.valueOf(real(roots.dev().resolve(path.substring(5))).getFileName());
    }

    private Set<String> swaps() {
        Set<String> swaps = new LinkedHashSet<>();
        for (String line : text(roots.proc().resolve("swaps")).split("\n", -1)) {
            swaps.add(nameOf(unescaped(line.split("\\s+", 2)[0])));
        }
        swaps.remove("");
        return swaps;
    }

    private boolean isOfBtrfs(String name) {
        Path systems = roots.sysfs().resolve("fs/btrfs");
        return names(systems).stream()
                .anyMatch(one -> Files.exists(systems.resolve(one).resolve("devices/" + name)));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException _) {
            return "";
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
