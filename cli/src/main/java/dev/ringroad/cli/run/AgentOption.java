package dev.ringroad.cli.run;

import dev.ringroad.cli.common.Refusal;

import java.nio.file.Path;
import java.util.List;

/**
 * What the agent is to do, in the ways in which a JVM can be told.
 *
 * @param jar the agent
 * @param profile what its stacks optimise for
 * @param networks device specifications, at least one or those in the environment
 */
record AgentOption(Path jar, String profile, List<String> networks) {
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    AgentOption {
        networks = List.copyOf(networks);
        if (jar.toString().indexOf('=') >= 0) {
            throw Refusal.wrongUse(
                    "The JVM takes no agent from a path with an equals sign ("
                            + jar
                            + "); move Ringroad elsewhere.");
        }
        for (String network : networks) {
            if (network.indexOf(';') >= 0) {
                throw Refusal.wrongUse(
                        "\""
                                + network
                                + "\" has a semicolon; give each device a --net of its own.");
            }
        }
    }

    private String agent() {
        StringBuilder option =
                new StringBuilder("-javaagent:").append(jar).append("=profile=").append(profile);
        networks.forEach(network -> option.append(";net=").append(network));
        return option.toString();
    }

    /** For {@code java} itself. */
    List<String> forJava() {
        return List.of(agent(), NATIVE_ACCESS);
    }

    /** For the JDK's other launchers. */
    List<String> forTool() {
        return forJava().stream().map(option -> "-J" + option).toList();
    }

    /**
     * For whatever starts a {@code java} in the end: the variable's value, behind the one that it
     * has.
     */
    String forEnvironment(String present) {
        String ours = quoted(agent()) + " " + NATIVE_ACCESS;
        return present.isBlank() ? ours : present + " " + ours;
    }

    /**
     * The launcher splits the variable at white space that is not in quotes; it knows no escapes.
     */
    private static String quoted(String option) {
        if (option.indexOf('"') < 0) {
            boolean plain = option.chars().noneMatch(c -> Character.isWhitespace(c) || c == '\'');
            return plain ? option : '"' + option + '"';
        }
        if (option.indexOf('\'') < 0) {
            return "'" + option + "'";
        }
        throw Refusal.wrongUse(
                "A device specification cannot hold both kinds of quotes: " + option);
    }
}
