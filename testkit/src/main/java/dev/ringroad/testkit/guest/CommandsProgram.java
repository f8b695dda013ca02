package dev.ringroad.testkit.guest;

import dev.ringroad.core.pci.PciBackEnds;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs in the guest: several commands in one process, since a Java runtime takes seconds to start
 * there. {@code open PLACE} takes a PCI function and gives it back, {@code set NAME VALUE} sets a
 * property, {@code sh WORDS...} is for the shell, and all else is for {@code ringroad}.
 *
 * <p>Arguments: words, with {@link #NEXT} between commands. After each it says {@link #STATUS}.
 */
final class CommandsProgram {
    static final String NEXT = "--";
    static final String STATUS = "status ";

    private CommandsProgram() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.equals(NEXT)) {
                run(words);
                words.clear();
            } else {
                words.add(argument);
            }
        }
        run(words);
        System.exit(0);
    }

    private static void run(List<String> words) throws Exception {
        List<String> rest = words.subList(1, words.size());
        int status =
                switch (words.getFirst()) {
                    case "open" -> open(rest.getFirst());
                    case "set" -> set(rest.getFirst(), rest.getLast());
                    case "sh" -> shell(rest);
                    default -> RingroadCommand.execute(words.toArray(String[]::new));
                };
        System.out.flush();
        System.err.flush();
        System.out.println(STATUS + status);
    }

    private static int open(String place) {
        try {
            PciBackEnds.open(place).close();
            System.out.println(place + " was opened");
            return 0;
        } catch (IOException e) {
            System.out.println(place + " was refused: " + e.getMessage());
            return 1;
        }
    }

    private static int set(String name, String value) {
        String ignored = System.setProperty(name, value);
        return 0;
    }

    private static int shell(List<String> words) throws Exception {
        return new ProcessBuilder("sh", "-c", String.join(" ", words))
                .inheritIO()
                .start()
                .waitFor();
    }
}
