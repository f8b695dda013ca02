package dev.ringroad.testkit.guest;

/**
 * What a program in the guest has found, one line a check: {@code ok NAME} or {@code FAILED NAME},
 * the reason after it. The test outside makes a test of each.
 */
final class CheckList {
    static final String OK = "ok ";
    static final String FAILED = "FAILED ";

    private boolean failed;

    /** What is to hold; it fails by an exception. */
    interface Check {
        void run() throws Exception;
    }

    /**
     * Runs a check.
     *
     * @param name a sentence
     * @return whether it holds
     */
    boolean check(String name, Check check) {
        try {
            check.run();
            System.out.println(OK + name);
            return true;
        } catch (Exception | AssertionError e) {
            failed = true;
            System.out.println(FAILED + name);
            tell(e);
            return false;
        }
    }

    private static void tell(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            System.out.println("  " + at);
            for (StackTraceElement frame : at.getStackTrace()) {
                System.out.println("    at " + frame);
            }
        }
    }

    /** For the exit status: 0 when all held. */
    int status() {
        return failed ? 1 : 0;
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
