package dev.ringroad.testkit.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which methods the JDK restricts (JEP 472): those that can break memory safety, marked with
 * an annotation in the JDK's own class files. Reading the mark keeps the rule right for coming
 * JDKs.
 */
final class RestrictedMethods {

    private static final String MARK = "Ljdk/internal/javac/Restricted;";

    private final ConcurrentHashMap<String, Set<String>> byClass = new ConcurrentHashMap<>();

    /** Whether a method, named as {@code java/lang/System.load}, is restricted. */
    boolean contains(String method) {
        int dot = method.indexOf('.');
        String owner = method.substring(0, dot);
        if (!owner.startsWith("java/")) {
            return false;
        }
        return byClass.computeIfAbsent(owner, RestrictedMethods::restrictedOf)
                .contains(method.substring(dot + 1));
    }

    private static Set<String> restrictedOf(String owner) {
        try (InputStream bytes = ClassLoader.getSystemResourceAsStream(owner + ".class")) {
            if (bytes == null) {
                return Set.of();
            }
            ClassModel model = ClassFile.of().parse(bytes.readAllBytes());
            return Set.copyOf(
                    model.methods().stream()
                            .filter(RestrictedMethods::isMarked)
                            .map(method -> method.methodName().stringValue())
                            .distinct()
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMarked(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream())
                .map(Annotation::className)
                .anyMatch(name -> name.equalsString(MARK));
    }
}
