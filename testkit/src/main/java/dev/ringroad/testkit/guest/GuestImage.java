package dev.ringroad.testkit.guest;

import dev.ringroad.testkit.lab.Child;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a guest consists of: kernel modules, programs of this machine with the libraries that they
 * need, a Java runtime, and class files of this build. Filled by one thread before the boot.
 */
public final class GuestImage {
    private static final Duration A_WHILE = Duration.ofMinutes(3);
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");
    private static final List<String> FOLDERS_OF_PROGRAMS =
            List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    /** What the rooms and the libraries below them need; no window, no compiler. */
    private static final String JAVA_MODULES =
            "java.base,java.logging,java.instrument,jdk.httpserver,jdk.management,jdk.net,jdk.unsupported";

    /**
     * An emulated processor compiles slowly, so only what is hot is compiled. The archive of the
     * JDK's classes is not relocated; and native access is allowed in the way that keeps it valid.
     */
    private static final String JAVA_OPTIONS =
            """
            -XX:TieredStopAtLevel=1
            -XX:CompileThresholdScaling=10
            -XX:+UnlockDiagnosticVMOptions
            -XX:ArchiveRelocationMode=0
            -XX:+UseSerialGC
            -Xmx256m
            --illegal-native-access=allow
            """;

    /** What the guest gets of the tests' class path. */
    private static final Pattern ROOM =
            Pattern.compile("/target/classes$|/(ringroad-|picocli|HdrHistogram)[^/]*\\.jar$");

    private final List<String> modules = new ArrayList<>();
    private final List<String> programs = new ArrayList<>();
    private final List<String> scripts = new ArrayList<>();
    private boolean java;
    private boolean iommu = true;

    /** Kernel modules to load at boot, in this order, with what they depend on before them. */
    public GuestImage modules(String... names) {
        modules.addAll(List.of(names));
        return this;
    }

    /** Programs of this machine that the guest is to have in its PATH. */
    public GuestImage programs(String... names) {
        programs.addAll(List.of(names));
        return this;
    }

    /** Boots without an IOMMU. */
    GuestImage withoutIommu() {
        iommu = false;
        return this;
    }

    boolean hasIommu() {
        return iommu;
    }

    /** What the kernel is told at boot; its check of the timer fails where time is scarce. */
    String kernelParameters() {
        return "console=ttyS0 quiet mitigations=off panic=-1 random.trust_cpu=on no_timer_check"
                + " intel_iommu=on";
    }

    /** The lab's own scripts that the guest is to have in its PATH, by their names there. */
    GuestImage scripts(String... names) {
        scripts.addAll(List.of(names));
        return this;
    }

    /** A Java runtime, the rooms of this build, and what they need of others. */
    public GuestImage java() {
        java = true;
        return this;
    }

    /** Writes the archive that the kernel takes for its first file system. */
    void write(GuestKernel kernel, Path file, Path scratch)
            throws IOException, InterruptedException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
                CpioWriter archive = new CpioWriter(out)) {
            for (String folder : List.of("proc", "sys", "dev", "tmp", "mnt", "etc", "run")) {
                archive.folder(folder);
            }
            archive.file("init", 0755, resource("init.sh"));
            for (String name : scripts) {
                archive.file("bin/" + name, 0755, resource(name + ".sh"));
            }
            archive.link("etc/mtab", "/proc/mounts");
            program(archive, "busybox");
            for (String name : programs) {
                program(archive, name);
            }
            addModules(archive, kernel);
            if (java) {
                addJava(archive, scratch.resolve("java"));
            }
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = GuestImage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("The lab lacks its " + name);
            }
            return in.readAllBytes();
        }
    }

    private void addModules(CpioWriter archive, GuestKernel kernel) throws IOException {
        StringBuilder order = new StringBuilder();
        for (Path module : kernel.modules(modules)) {
            archive.copy("modules/" + module.getFileName(), module);
            order.append(module.getFileName()).append('\n');
        }
        archive.file("modules/order", 0644, text(order.toString()));
    }

    private static void program(CpioWriter archive, String name)
            throws IOException, InterruptedException {
        Path file = find(name);
        archive.copy("bin/" + name, file);
        libraries(archive, file);
    }

    private static Path find(String program) throws IOException {
        for (String folder : FOLDERS_OF_PROGRAMS) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IOException("There is no program " + program + " on this machine.");
    }

    /** The loader and the shared libraries, where the loader looks for them. */
    private static void libraries(CpioWriter archive, Path file)
            throws IOException, InterruptedException {
        try (Child ldd = Child.start(List.of("ldd", file.toString()))) {
            // A static program has none; ldd then fails and says so.
            ldd.awaitExit(A_WHILE);
            Matcher matcher = LIBRARY.matcher(ldd.output());
            while (matcher.find()) {
                String library = matcher.group(1);
                archive.copy(library.substring(1), Path.of(library));
            }
        }
    }

    private void addJava(CpioWriter archive, Path runtime)
            throws IOException, InterruptedException {
        Child.run(
                A_WHILE,
                Path.of(System.getProperty("java.home"), "bin/jlink").toString(),
                "--add-modules",
                JAVA_MODULES,
                "--strip-java-debug-attributes",
                "--no-man-pages",
                "--no-header-files",
                "--compress=zip-0",
                "--generate-cds-archive",
                "--output",
                runtime.toString());
        archive.copyTree("java", runtime);
        archive.link("bin/java", "/java/bin/java");
        for (String library : List.of("bin/java", "lib/server/libjvm.so", "lib/libnio.so")) {
            libraries(archive, runtime.resolve(library));
        }
        addRooms(archive);
    }

    /** The command in the guest's PATH, and what {@link Guest#java} needs. */
    private static void addRooms(CpioWriter archive) throws IOException {
        StringBuilder classPath = new StringBuilder("/app/*");
        for (Path room : rooms()) {
            if (Files.isDirectory(room)) {
                String name = "app/" + room.getName(room.getNameCount() - 3);
                archive.copyTree(name, room);
                classPath.append(":/").append(name);
            } else {
                archive.copy("app/" + room.getFileName(), room);
            }
        }
        archive.file("etc/java.options", 0644, text(JAVA_OPTIONS + "-cp " + classPath));
        archive.file("bin/ringroad", 0755, resource("ringroad.sh"));
    }

    private static List<Path> rooms() {
        String path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(path.split(":", -1))
                .filter(entry -> ROOM.matcher(entry).find())
                .map(Path::of)
                .toList();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
