package dev.ringroad.testkit.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads from class files what the architecture has rules about. */
final class ClassFiles {

    private static final String HOUSE = "dev/ringroad/";

    /**
     * A class name as descriptors, signatures and class constants write it. Every text constant is
     * searched, because annotations and signatures are no constants of a kind of their own; a class
     * named in a text for reflection is an arrow as well.
     */
    private static final Pattern CLASS_NAME =
            Pattern.compile("(?:^|[\\[(;<+*\\-:^)L])L?((?:[\\w$]+/)+)[\\w$]+");

    private ClassFiles() {}

    /** All classes below the directories, module and package descriptors left out. */
    static List<ClassModel> read(List<Path> directories) {
        List<ClassModel> classes = new ArrayList<>();
        for (Path directory : directories) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : (Iterable<Path>) files.filter(ClassFiles::isClass)::iterator) {
                    classes.add(ClassFile.of().parse(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return classes;
    }

    private static boolean isClass(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".class") && !name.endsWith("-info.class");
    }

    /** The arrows of a class to other packages of the house and to libraries. */
    static Set<Arrow> arrows(ClassModel model) {
        String where = model.thisClass().asInternalName();
        String from = packageOf(where);
        Set<Arrow> arrows = new LinkedHashSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof Utf8Entry text && text.stringValue().length() < 4096) {
                Matcher names = CLASS_NAME.matcher(text.stringValue());
                while (names.find()) {
                    String to = target(names.group(1));
                    if (!to.isEmpty()) {
                        arrows.add(new Arrow(from, to, where));
                    }
                }
            }
        }
        return arrows;
    }

    /** The package {@code x/y/} as {@link Arrow} names it; empty when there is no rule about it. */
    private static String target(String slashed) {
        if (slashed.startsWith(HOUSE)) {
            return packageOf(slashed + "X");
        }
        if (slashed.startsWith("java/") || slashed.startsWith("javax/")) {
            return "";
        }
        String dotted = slashed.substring(0, slashed.length() - 1).replace('/', '.');
        boolean library =
                Stream.of("com.", "org.", "net.", "io.", "sun.", "jdk.", "picocli")
                        .anyMatch(dotted::startsWith);
        return library && !SUPPORTED.contains(dotted) ? "[" + dotted + "]" : "";
    }

    /** Packages outside java.* that the JDK exports for everybody, and annotations. */
    private static final Set<String> SUPPORTED =
            Set.of(
                    "com.sun.net.httpserver",
                    "com.sun.management",
                    "jdk.jfr",
                    "jdk.net",
                    "org.jspecify.annotations");

    /** The package of a class of the house without {@code dev.ringroad.}. */
    static String packageOf(String internalName) {
        String inside = internalName.substring(HOUSE.length());
        return inside.substring(0, inside.lastIndexOf('/')).replace('/', '.');
    }

    /** The methods that a class calls or refers to, as {@code java/lang/System.load}. */
    static Set<String> methods(ClassModel model) {
        Set<String> methods = new LinkedHashSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof MemberRefEntry member
                    && member.type().stringValue().startsWith("(")) {
                methods.add(member.owner().asInternalName() + "." + member.name().stringValue());
            }
        }
        return methods;
    }
}
