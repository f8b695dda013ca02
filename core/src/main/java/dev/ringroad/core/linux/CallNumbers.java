package dev.ringroad.core.linux;

/** Numbers of system calls and flags that differ between machines. */
final class CallNumbers {
    private static final boolean X86 = isX86(System.getProperty("os.arch", ""));

    private CallNumbers() {}

    private static boolean isX86(String machine) {
        return machine.equals("amd64") || machine.equals("x86_64");
    }

    /** {@code mbind}: {@code asm/unistd_64.h}, {@code asm-generic/unistd.h}. */
    static long mbind() {
        return X86 ? 237 : 235;
    }

    /** {@code io_setup}: {@code asm/unistd_64.h}, {@code asm-generic/unistd.h}. */
    static long ioSetup() {
        return X86 ? 206 : 0;
    }

    /** {@code io_submit}. */
    static long ioSubmit() {
        return X86 ? 209 : 2;
    }

    /** {@code io_getevents}. */
    static long ioGetEvents() {
        return X86 ? 208 : 4;
    }

    /** {@code getdents64}. */
    static long getDirectoryEntries() {
        return X86 ? 217 : 61;
    }

    /** {@code bpf}: {@code asm/unistd_64.h}, {@code asm-generic/unistd.h}. */
    static long bpf() {
        return X86 ? 321 : 280;
    }

    /** {@code O_DIRECT}: {@code asm-generic/fcntl.h}, {@code arm64/include/uapi/asm/fcntl.h}. */
    static int direct() {
        return X86 ? 040000 : 0200000;
    }
}
