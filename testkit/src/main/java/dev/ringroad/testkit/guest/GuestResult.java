package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a command in the guest ended.
 *
 * @param status its exit status
 * @param output what it printed, standard error with it
 */
public record GuestResult(String command, int status, String output) {
    /** Holds it against words that it was to be refused with, and not by a stack trace. */
    void assertRefused(String... words) {
        assertThat(status).as(toString()).isNotZero();
        assertThat(output).contains(words).doesNotContain("\tat ");
    }

    @Override
    public String toString() {
        return command + "\n(status " + status + ") printed in the guest:\n" + output;
    }
}
