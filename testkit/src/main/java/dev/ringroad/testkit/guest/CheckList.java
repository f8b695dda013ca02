package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;

import java.util.ArrayList;
import java.util.List;

/**
 * What a program in the guest has found, one line a check: {@code ok NAME} or {@code FAILED NAME},
 * the reason after it. Outside, each becomes a test.
 */
final class CheckList {
    private static final String OK = "ok ";
    private static final String FAILED = "FAILED ";

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

    /** What such a program has printed, a test for each check, and one for its end. */
    static List<DynamicTest> tests(GuestResult result) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : result.output().lines().toList()) {
            boolean ok = line.startsWith(OK);
            if (ok || line.startsWith(FAILED)) {
                String name = line.substring(line.indexOf(' ') + 1);
                tests.add(
                        DynamicTest.dynamicTest(
                                name, () -> assertThat(ok).as(result.toString()).isTrue()));
            }
        }
        tests.add(
                DynamicTest.dynamicTest(
                        "all was tried",
                        () -> assertThat(result.status()).as(result.toString()).isZero()));
        return tests;
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
