package dev.ringroad.testkit.guest;

/**
 * How a command in the guest ended.
 *
 * @param status its exit status
 * @param output what it printed, standard error with it
 */
public record GuestResult(String command, int status, String output) {
    @Override
    public String toString() {
        return command + "\n(status " + status + ") printed in the guest:\n" + output;
    }
}
