package dev.ringroad.testkit.guest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Debian's kernel, unpacked from its package by {@code tools/guest-kernel} and not installed: its
 * image and its modules.
 */
final class GuestKernel {
    private static final Pattern DEPENDS = Pattern.compile("\0depends=([^\0]*)\0");

    private final Path image;
    private final Map<String, Path> modules = new HashMap<>();

    private GuestKernel(Path folder, Path image) throws IOException {
        this.image = image;
        try (Stream<Path> files = Files.walk(folder.resolve("lib/modules"))) {
            files.filter(file -> file.toString().endsWith(".ko"))
                    .forEach(file -> modules.put(nameOf(file), file));
        }
    }

    /** The one that has been unpacked on this machine, of several the newest. */
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
            throw new UncheckedIOException("The unpacked kernels cannot be listed", e);
        }
    }

    /** Where {@code tools/guest-kernel} unpacks to; the two have to agree. */
    private static Path cache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        return base.resolve("ringroad/guest-kernel");
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
     * The files of modules and of all that they depend on, in an order in which they can be loaded.
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
        Path file = modules.get(name.replace('-', '_'));
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
