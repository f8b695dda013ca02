package dev.ringroad.testkit.guest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Debian's kernel, as {@code tools/guest-kernel} has made it and not installed: its image and its
 * modules.
 */
final class GuestKernel {
    private static final Pattern DEPENDS = Pattern.compile("\0depends=([^\0]*)\0");

    private final Path image;
    private final Map<String, Path> modules = new HashMap<>();
    private final Set<String> builtIn = new HashSet<>();

    private GuestKernel(Path folder, Path image) throws IOException {
        this.image = image;
        try (Stream<Path> files = Files.walk(folder.resolve("lib/modules"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.endsWith("modules.builtin")) {
                    Files.readAllLines(file).forEach(line -> builtIn.add(nameOf(Path.of(line))));
                } else if (file.toString().endsWith(".ko")) {
                    modules.put(nameOf(file), file);
                }
            }
        }
    }

    /** The one that has been made on this machine, of several the newest. */
    static Optional<GuestKernel> find() {
        Path cache = cache();
        if (!Files.isDirectory(cache)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(cache)) {
            Optional<Path> newest =
                    folders.filter(folder -> Files.isDirectory(folder.resolve("lib/modules")))
                            .max(GuestKernel::byAge);
            return newest.isEmpty() ? Optional.empty() : Optional.of(open(newest.get()));
        } catch (IOException e) {
            throw new UncheckedIOException("The kernels of the lab cannot be listed", e);
        }
    }

    /** Where {@code tools/guest-kernel} puts it; the two have to agree. */
    private static Path cache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        return base.resolve("ringroad/lab-kernel");
    }

    private static int byAge(Path left, Path right) {
        return Long.compare(left.toFile().lastModified(), right.toFile().lastModified());
    }

    private static GuestKernel open(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("boot"))) {
            Path image =
                    files.filter(file -> file.getFileName().toString().startsWith("vmlinuz-"))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IOException(
                                                    folder
                                                            + " holds no kernel. Remedy: remove it"
                                                            + " and run tools/guest-kernel."));
            return new GuestKernel(folder, image);
        }
    }

    /** What QEMU boots. */
    Path image() {
        return image;
    }

    /**
     * The files of modules and of all that they depend on, in an order in which they can be loaded;
     * without those that are part of the kernel itself.
     *
     * @param names with hyphens or underscores
     */
    Set<Path> modules(List<String> names) throws IOException {
        Set<Path> order = new LinkedHashSet<>();
        for (String name : names) {
            add(name, order);
        }
        return order;
    }

    private void add(String name, Set<Path> order) throws IOException {
        String plain = name.replace('-', '_');
        if (builtIn.contains(plain)) {
            return;
        }
        Path file = modules.get(plain);
        if (file == null) {
            throw new IllegalArgumentException(
                    "The kernel " + image.getFileName() + " has no module " + name + ".");
        }
        if (order.contains(file)) {
            return;
        }
        Matcher depends = DEPENDS.matcher(new String(Files.readAllBytes(file), ISO_8859_1));
        if (depends.find() && !depends.group(1).isEmpty()) {
            for (String other : depends.group(1).split(",", -1)) {
                add(other, order);
            }
        }
        order.add(file);
    }

    private static String nameOf(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - ".ko".length()).replace('-', '_');
    }
}
