package dev.ringroad.testkit.guest;

/**
 * The command, in this process: by its name, as the module of the test kit does not read that of
 * the command.
 */
final class RingroadCommand {
    private RingroadCommand() {}

    /** Its exit code. */
    static int execute(String... words) throws ReflectiveOperationException {
        return (int)
                Class.forName("dev.ringroad.cli.Main")
                        .getMethod("execute", String[].class)
                        .invoke(null, (Object) words);
    }
}
