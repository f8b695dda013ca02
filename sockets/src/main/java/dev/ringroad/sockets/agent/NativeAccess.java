package dev.ringroad.sockets.agent;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Grants our module native access, so that {@code -javaagent} alone is enough and no warning greets
 * the program's user. Without it the JDK warns and goes on, therefore failure is no error.
 */
final class NativeAccess {
    private NativeAccess() {}

    static void enable(Module module) {
        if (module.isNativeAccessEnabled()) {
            return;
        }
        try {
            MethodHandles.Lookup inside =
                    MethodHandles.privateLookupIn(Module.class, MethodHandles.lookup());
            if (module.isNamed()) {
                MethodHandle enable =
                        inside.findVirtual(
                                Module.class,
                                "implAddEnableNativeAccess",
                                MethodType.methodType(Module.class));
                Object same = enable.invoke(module);
                if (same != module) {
                    throw new IllegalStateException("unexpected module " + same);
                }
            } else {
                inside.findStatic(
                                Module.class,
                                "implAddEnableNativeAccessToAllUnnamed",
                                MethodType.methodType(void.class))
                        .invoke();
            }
        } catch (Throwable t) {
            if (t instanceof Error e) {
                throw e;
            }
        }
    }
}
