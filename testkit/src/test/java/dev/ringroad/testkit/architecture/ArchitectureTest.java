package dev.ringroad.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Holds the class files of every room against {@code arrows.txt} and the rules of memory safety.
 */
final class ArchitectureTest {

    private static final List<String> ROOMS =
            List.of(
                    "core",
                    "net",
                    "stack",
                    "sockets",
                    "uring",
                    "nvme",
                    "workloads",
                    "peers",
                    "bench",
                    "cli",
                    "examples",
                    "testkit");

    private static final ArrowTable TABLE = ArrowTable.load();
    private static final RestrictedMethods RESTRICTED = new RestrictedMethods();
    private static List<ClassModel> classes;

    @BeforeAll
    static void readClassFiles() {
        Path root = Path.of(System.getProperty("ringroad.root", ".."));
        List<Path> directories =
                ROOMS.stream().map(room -> root.resolve(room).resolve("target/classes")).toList();
        assertThat(directories).allMatch(Files::isDirectory);
        classes = ClassFiles.read(directories);
        assertThat(classes).isNotEmpty();
    }

    @Test
    void everyRoomOfTheReactorIsWalked() throws Exception {
        Path root = Path.of(System.getProperty("ringroad.root", ".."));
        String reactor = Files.readString(root.resolve("pom.xml"));
        List<String> modules =
                Stream.of(reactor.split("<module>"))
                        .skip(1)
                        .map(text -> text.substring(0, text.indexOf("</module>")))
                        .filter(
                                module ->
                                        Files.isDirectory(root.resolve(module).resolve("src/main")))
                        .toList();

        assertThat(ROOMS).containsAll(modules);
    }

    @Test
    void everyPackageHasItsPlace() {
        List<String> homeless =
                classes.stream()
                        .map(model -> ClassFiles.packageOf(model.thisClass().asInternalName()))
                        .distinct()
                        .filter(name -> !TABLE.knows(name))
                        .toList();

        assertThat(homeless).as("packages without a line in arrows.txt").isEmpty();
    }

    @Test
    void noArrowIsDrawnThatTheTableDoesNotAllow() {
        assertThat(forbiddenArrows(classes)).isEmpty();
    }

    @Test
    void onlyCoreCallsRestrictedMethods() {
        assertThat(unsafeCalls(classes)).isEmpty();
    }

    @Test
    void nobodyHasNativeMethods() {
        assertThat(classes)
                .allSatisfy(
                        model ->
                                assertThat(model.methods())
                                        .noneMatch(
                                                method -> method.flags().has(AccessFlag.NATIVE)));
    }

    @Test
    void anArrowUpwardsIsFound() {
        ClassModel upward =
                callerOf("dev.ringroad.net.wire.Upward", "dev.ringroad.stack.tcp.Anything", "call");

        assertThat(forbiddenArrows(List.of(upward)))
                .containsExactly("net.wire -> stack.tcp (in dev/ringroad/net/wire/Upward)");
    }

    @Test
    void anArrowBetweenDriversIsFound() {
        ClassModel sideways =
                callerOf(
                        "dev.ringroad.net.driver.tap.Sideways",
                        "dev.ringroad.net.driver.memif.Anything",
                        "call");

        assertThat(forbiddenArrows(List.of(sideways)))
                .containsExactly(
                        "net.driver.tap -> net.driver.memif (in dev/ringroad/net/driver/tap/Sideways)");
    }

    @Test
    void anArrowToALibraryIsFound() {
        ClassModel outward = callerOf("dev.ringroad.core.ring.Outward", "org.slf4j.Logger", "info");

        assertThat(forbiddenArrows(List.of(outward)))
                .containsExactly("core.ring -> [org.slf4j] (in dev/ringroad/core/ring/Outward)");
    }

    @Test
    void aRestrictedCallIsFound() {
        ClassModel net =
                callerOf(
                        "dev.ringroad.net.packet.Unsafe",
                        "java.lang.foreign.MemorySegment",
                        "reinterpret");
        ClassModel worker =
                callerOf("dev.ringroad.core.worker.Unsafe", "java.lang.System", "loadLibrary");
        ClassModel linux =
                callerOf(
                        "dev.ringroad.core.linux.Fine",
                        "java.lang.foreign.Linker",
                        "downcallHandle");

        assertThat(unsafeCalls(List.of(net, worker, linux)))
                .containsExactly(
                        "dev/ringroad/core/worker/Unsafe calls java/lang/System.loadLibrary",
                        "dev/ringroad/net/packet/Unsafe calls"
                                + " java/lang/foreign/MemorySegment.reinterpret");
    }

    @Test
    void aTableWithAnArrowUpwardsIsRefused() {
        assertThatThrownBy(() -> ArrowTable.parse("core.linux : core.memory\ncore.memory :"))
                .hasMessageContaining("core.linux may not use core.memory");
    }

    private static Set<String> forbiddenArrows(List<ClassModel> models) {
        Set<String> forbidden = new TreeSet<>();
        for (ClassModel model : models) {
            for (Arrow arrow : ClassFiles.arrows(model)) {
                if (!TABLE.allows(arrow)) {
                    forbidden.add(
                            arrow.from() + " -> " + arrow.to() + " (in " + arrow.where() + ")");
                }
            }
        }
        return forbidden;
    }

    /** Restricted calls outside the packages that may make them. */
    private static Set<String> unsafeCalls(List<ClassModel> models) {
        Set<String> calls = new TreeSet<>();
        for (ClassModel model : models) {
            String where = model.thisClass().asInternalName();
            for (String method : ClassFiles.methods(model)) {
                if (RESTRICTED.contains(method) && !mayCall(ClassFiles.packageOf(where), method)) {
                    calls.add(where + " calls " + method);
                }
            }
        }
        return calls;
    }

    /** core.memory makes segments out of addresses, core.linux calls the kernel, nobody else. */
    private static boolean mayCall(String packageName, String method) {
        return method.equals("java/lang/foreign/MemorySegment.reinterpret")
                ? packageName.equals("core.memory")
                : packageName.equals("core.linux") && method.startsWith("java/lang/foreign/");
    }

    /** A class whose one method calls a static method of another. */
    private static ClassModel callerOf(String caller, String callee, String method) {
        byte[] bytes =
                ClassFile.of()
                        .build(
                                ClassDesc.of(caller),
                                type ->
                                        type.withMethodBody(
                                                "run",
                                                MethodTypeDesc.of(ConstantDescs.CD_void),
                                                ClassFile.ACC_STATIC,
                                                code ->
                                                        code.invokestatic(
                                                                        ClassDesc.of(callee),
                                                                        method,
                                                                        MethodTypeDesc.of(
                                                                                ConstantDescs
                                                                                        .CD_void))
                                                                .return_()));
        return ClassFile.of().parse(Objects.requireNonNull(bytes));
    }
}
