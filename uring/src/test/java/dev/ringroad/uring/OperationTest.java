package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.IoUring;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** That the list of operations is the kernel's, and that each of them can be prepared. */
final class OperationTest {
    private static final int REGISTER_PROBE = 8;

    @Test
    void thisKernelHasNoOperationThatTheListLacks() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(4))) {
            MemorySegment answer = arena.allocate(16 + 256 * 8, 8);
            int asked = IoUring.register(ring.descriptor().number(), REGISTER_PROBE, answer, 256);
            assertThat(asked).isZero();
            int last = Byte.toUnsignedInt(answer.get(JAVA_BYTE, 0));
            assertThat(last)
                    .as("the last operation of this kernel, which Operation has to list")
                    .isLessThan(Operation.values().length);
        }
    }

    @Test
    void everyOperationHasAPrepareMethod() throws Exception {
        Set<Operation> prepared = EnumSet.noneOf(Operation.class);
        UringConfig config = UringConfig.of(128).require(SetupFlag.SQE128).require(SetupFlag.CQE32);
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(config)) {
            MemorySegment memory = arena.allocate(256, 8); // ends with a zero byte, as paths do
            List<Object> subjects =
                    List.of(
                            ring.files(),
                            ring.attributes(),
                            ring.sockets(),
                            ring.control(),
                            ring.buffers(),
                            ring.commands());
            int free = ring.free();
            for (Object subject : subjects) {
                for (Method method : subject.getClass().getMethods()) {
                    if (method.getName().startsWith("prepare")) {
                        prepared.add(operationOf(method, subject, memory));
                        assertThat(ring.free()).as(method.toString()).isEqualTo(--free);
                    }
                }
            }
        }
        assertThat(prepared).containsExactlyInAnyOrder(Operation.values());
    }

    private static Operation operationOf(Method method, Object subject, MemorySegment memory)
            throws ReflectiveOperationException {
        Class<?>[] types = method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (types[i] == MemorySegment.class) {
                boolean body = method.getName().startsWith("prepareDevice");
                boolean address = method.getName().matches("prepare(Bind|Connect|SendTo.*)");
                arguments[i] = body || address ? memory.asSlice(0, 72) : memory;
            } else {
                // Written out, as a conditional would make a long of both.
                if (types[i] == int.class) {
                    arguments[i] = 1;
                } else {
                    arguments[i] = 1L;
                }
            }
        }
        Submission submission = (Submission) method.invoke(subject, arguments);
        return Operation.values()[submission.operationCode()];
    }
}
